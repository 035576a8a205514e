import { EVMError, type EVMResult, type InterpreterStep, type Message } from '@ethereumjs/evm'
import { bytesToBigInt, bytesToHex } from '@ethereumjs/util'
import { type Hex, haltCodeOf } from '../../../evm-ext/index.ts'
import { formatType } from '../../../isa/index.ts'
import type { TraceOptions } from '../reads.ts'
import { reasonOf } from '../reasons.ts'
import type { Budget, TracedEnd, Tracer } from './tracer.ts'
import { addressHex, quantity, wordBytes, wordHex } from './values.ts'

/** Opcodes after which a frame has ended: STOP, RETURN, SELFDESTRUCT. */
const ENDS: ReadonlySet<number> = new Set([0x00, 0xf3, 0xff])
const ENDINGS: ReadonlySet<string> = new Set(['STOP', 'RETURN', 'SELFDESTRUCT'])
const SLOAD = 0x54
const SSTORE = 0x55
const CALLS: ReadonlySet<number> = new Set([0xf1, 0xf2, 0xf4, 0xfa])
const WORD_BYTES = 32
/** Characters of a log without what options add. */
const LOG_CHARACTERS = 80
const WORD_CHARACTERS = 2 * WORD_BYTES + 5

/** Errors of the EVM that come before an opcode is carried out. */
const EARLY: ReadonlySet<string> = new Set([
  EVMError.errorMessages.STACK_UNDERFLOW,
  EVMError.errorMessages.STACK_OVERFLOW,
])

/** One opcode, in geth's form. */
type StructLog = {
  readonly pc: number
  readonly op: string
  readonly gas: number
  readonly gasCost: number
  readonly depth: number
  error?: string
  readonly stack?: readonly Hex[]
  readonly returnData?: Hex
  readonly memory?: readonly Hex[]
  readonly storage?: Readonly<Record<Hex, Hex>>
  readonly refund?: number
  /** Of a tensor instruction: types of its operands and of its result. */
  tensor?: { readonly operands: readonly string[]; readonly result?: string }
}

/** What of a step is logged as it is. */
type LoggedStep = Pick<InterpreterStep, 'pc' | 'gasLeft' | 'gasRefund' | 'depth' | 'stack' | 'memory'>

/** A frame under way. */
type Frame = { last: StructLog | undefined; returnData: Uint8Array; readonly isCreation: boolean }

function words(memory: Uint8Array): Hex[] {
  const chunks: Hex[] = []
  for (let at = 0; at < memory.length; at += WORD_BYTES) chunks.push(bytesToHex(memory.subarray(at, at + WORD_BYTES)))
  return chunks
}

/** What an opcode costs. Of a call, geth counts what it gives to the called as well. */
function costOf({ gasLeft, stack, opcode }: InterpreterStep): bigint {
  const fee = opcode.dynamicFee ?? BigInt(opcode.fee)
  if (!CALLS.has(opcode.code) || fee > gasLeft) return fee
  const left = gasLeft - fee
  const most = left - left / 64n
  const asked = stack.at(-1) ?? 0n
  return fee + (asked < most ? asked : most)
}

/** geth's own tracer: what every opcode found. */
export function createStructLogger(options: TraceOptions, budget: Budget): Tracer {
  const { disableStack = false, enableMemory = false, enableReturnData = false, limit = 0 } = options
  const hidesStorage = options.disableStorage ?? false
  const logs: StructLog[] = []
  const frames: Frame[] = []
  /** Slots that were read or written so far, by contract. */
  const storages = new Map<Hex, Record<Hex, Hex>>()

  const storageAt = (step: InterpreterStep): Promise<Record<Hex, Hex>> | Record<Hex, Hex> | undefined => {
    const { address, stack, opcode, stateManager } = step
    const [slot, value] = [stack.at(-1), stack.at(-2)]
    if (hidesStorage || (opcode.code !== SLOAD && opcode.code !== SSTORE) || slot === undefined) return undefined
    const contract = addressHex(address)
    const seen = (found: bigint) => {
      const storage = { ...storages.get(contract), [wordHex(slot)]: wordHex(found) }
      budget.spend(Object.keys(storage).length * 2 * WORD_CHARACTERS)
      storages.set(contract, storage)
      return storage
    }
    if (opcode.code === SSTORE) return value === undefined ? undefined : seen(value)
    return stateManager.getStorage(address, wordBytes(slot)).then((bytes) => seen(bytesToBigInt(bytes)))
  }

  const log = (step: LoggedStep, op: string, gasCost: bigint, storage: Record<Hex, Hex> | undefined) => {
    const frame = frames.at(-1)
    const { pc, gasLeft, gasRefund, depth, stack, memory } = step
    const returnData = frame?.returnData ?? new Uint8Array(0)
    const entry: StructLog = {
      ...{ pc, op, gas: Number(gasLeft), gasCost: Number(gasCost), depth: depth + 1 },
      ...(disableStack ? {} : { stack: stack.map(quantity) }),
      ...(enableReturnData && returnData.length > 0 ? { returnData: bytesToHex(returnData) } : {}),
      ...(enableMemory && memory.length > 0 ? { memory: words(memory) } : {}),
      ...(storage === undefined ? {} : { storage }),
      ...(gasRefund === 0n ? {} : { refund: Number(gasRefund) }),
    }
    const shown = (entry.memory?.length ?? 0) + (entry.returnData === undefined ? 0 : returnData.length / WORD_BYTES)
    const stackCharacters = entry.stack?.reduce((sum, { length }) => sum + length + 3, 0) ?? 0
    budget.spend(LOG_CHARACTERS + stackCharacters + shown * WORD_CHARACTERS)
    logs.push(entry)
    if (frame !== undefined) frame.last = entry
  }

  /** Code that ends without STOP has one all the same, behind its end. */
  const logEnd = ({ exceptionError, runState, gasRefund = 0n }: EVMResult['execResult']) => {
    if (exceptionError !== undefined || runState === undefined || ENDS.has(runState.opCode)) return
    if (limit > 0 && logs.length >= limit) return
    const { programCounter: pc, gasLeft, env, stack, memory, memoryWordCount } = runState
    const used = memory._store.subarray(0, Number(memoryWordCount) * WORD_BYTES)
    const { depth } = env
    log({ pc, gasLeft, gasRefund, depth, stack: stack.getStack(), memory: used }, 'STOP', 0n, undefined)
  }

  return {
    enter(message: Message) {
      frames.push({ last: undefined, returnData: new Uint8Array(0), isCreation: message.to === undefined })
    },
    step(step) {
      if (limit > 0 && logs.length >= limit) {
        const frame = frames.at(-1)
        if (frame !== undefined) frame.last = undefined
        return undefined
      }
      const storage = storageAt(step)
      const { name } = step.opcode
      if (storage instanceof Promise) return storage.then((found) => log(step, name, costOf(step), found))
      log(step, name, costOf(step), storage)
      return undefined
    },
    charge({ operandTypes, type }) {
      const last = frames.at(-1)?.last
      if (last === undefined) return
      const operands = operandTypes.map(formatType)
      last.tensor = { operands, ...(type === undefined ? {} : { result: formatType(type) }) }
    },
    exit({ execResult }: EVMResult) {
      logEnd(execResult)
      const frame = frames.pop()
      const { exceptionError, returnValue } = execResult
      const error = exceptionError?.error
      const last = frame?.last
      if (last !== undefined && error !== undefined) {
        // What has ended can still lack the gas for the code that it leaves.
        const isPaid = last.gasCost <= last.gas && ENDINGS.has(last.op)
        const isUnpaid = error === EVMError.errorMessages.OUT_OF_GAS && !isPaid
        if (isUnpaid || EARLY.has(error) || haltCodeOf(exceptionError) !== undefined)
          last.error = reasonOf(execResult) ?? error
      }
      const caller = frames.at(-1)
      // A creation leaves no data to its caller but that of a revert.
      const leaves = !frame?.isCreation || error === EVMError.errorMessages.REVERT
      if (caller !== undefined) caller.returnData = leaves ? returnValue : new Uint8Array(0)
    },
    after({ gasUsed, evmResult: { execResult } }: TracedEnd) {
      const { exceptionError, returnValue } = execResult
      const keeps = exceptionError === undefined || exceptionError.error === EVMError.errorMessages.REVERT
      return {
        gas: Number(gasUsed),
        failed: exceptionError !== undefined,
        returnValue: keeps ? bytesToHex(returnValue) : '0x',
        structLogs: logs,
      }
    },
  }
}
