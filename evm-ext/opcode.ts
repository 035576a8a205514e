import { EVMError, type EVMOpts } from '@ethereumjs/evm'
import type { Address } from '@ethereumjs/util'
import { EXTENSION, HaltError, type Instruction, instructionByOpcode } from '../isa/index.ts'
import { toEVMError } from './errors.ts'
import type { Executor, Prepared } from './execute.ts'
import type { RunAhead, RunningFrame } from './runAhead.ts'
import type { EVMState } from './state.ts'
import type { Steps } from './steps.ts'

type CustomOpcode = NonNullable<EVMOpts['customOpcodes']>[number]
type AddedOpcode = Extract<CustomOpcode, { logicFunction: unknown }>
/** What the interpreter keeps of a call frame. */
export type RunState = Parameters<AddedOpcode['logicFunction']>[0]

export const STACK_LIMIT = 1024
const WORD_BYTES = 32

/** The opcode `AE`, for all tensor instructions. */
export type ExtensionOpcode = AddedOpcode & {
  /** Mnemonic of the instruction under way; EIP-8163's name of the byte where its second byte is unassigned. */
  readonly currentName: string
}

function rethrow(error: unknown): never {
  throw error instanceof HaltError ? toEVMError(error) : error
}

/** Runs `action`; a tensor halt becomes the EVM's kind of error, any other error passes. */
export function halting<T>(action: () => T | Promise<T>): T | Promise<T> {
  try {
    const result = action()
    return result instanceof Promise ? result.catch(rethrow) : result
  } catch (error) {
    return rethrow(error)
  }
}

/** Calls `next` with the value: at once where there is no promise, for awaiting costs as much as a small instruction. */
function after<T, U>(value: T | Promise<T>, next: (value: T) => U): U | Promise<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/**
 * Connects the interpreter to the executor. The interpreter first asks for the price and charges it, then calls the logic;
 * instructions of one EVM run one at a time, so what was prepared is kept in between.
 *
 * @param isRegistry - whether an address is that of the model registry
 * @param stepsOf - where sites are kept, by code
 * @param runAhead - goes on after an instruction, as far as it can do what the interpreter would
 */
export function createExtensionOpcode(
  executor: Executor,
  state: EVMState,
  isRegistry: (address: Address) => boolean,
  stepsOf: (code: Uint8Array) => Steps,
  runAhead: RunAhead,
): ExtensionOpcode {
  let current: Instruction | undefined
  let prepared: Prepared | undefined

  const frameOf = (runState: RunState): RunningFrame => ({
    calldata: runState.env.callData,
    gasLeft: Number(runState.gasLeft),
    get memoryWords() {
      return runState.memoryWordCount
    },
    ownsRegistry: isRegistry(runState.env.address),
    growMemory(words) {
      runState.memory.extend(0, Number(words) * WORD_BYTES)
      runState.memoryWordCount = words
      runState.highestMemCost = state.memoryGas(words)
      return runState.memory._store
    },
  })

  return {
    opcode: EXTENSION,
    opcodeName: 'EXTENSION',
    baseFee: 0,
    get currentName() {
      return current?.mnemonic ?? 'EXTENSION'
    },
    // The types want a promise always or never; the interpreter awaits whatever comes.
    gasFunction: ((runState, gas) =>
      halting(() => {
        const { code, programCounter } = runState
        const second = code[programCounter + 1]
        current = second === undefined ? undefined : instructionByOpcode.get(second)
        if (current === undefined)
          throw new HaltError('UndefinedInstruction', `AE ${second?.toString(16) ?? 'at the end of the code'}`)
        const { inputs, output } = current
        const operands = runState.stack.peek(inputs.length)
        if (runState.stack.length - inputs.length + (output ? 1 : 0) > STACK_LIMIT)
          throw new EVMError(EVMError.errorMessages.STACK_OVERFLOW)
        return after(
          executor.prepare(frameOf(runState), current, operands, stepsOf(code)(programCounter)?.site),
          (ready) => {
            prepared = ready
            return gas + BigInt(ready.gas)
          },
        )
      })) as NonNullable<AddedOpcode['gasFunction']>,
    logicFunction: (runState) =>
      halting(() => {
        const { operands } = prepared as Prepared
        const frame = frameOf(runState)
        return after(executor.perform(frame, prepared as Prepared), (word) => {
          // The interpreter has stepped over the first byte.
          runState.programCounter++
          runState.stack.popN(operands.length)
          if (word !== undefined) runState.stack.push(word)
          runAhead(runState, frame)
        })
      }),
  }
}
