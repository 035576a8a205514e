import type { EVMResult, Message } from '@ethereumjs/evm'
import { bytesToHex } from '@ethereumjs/util'
import { EXTENSION } from '../../isa/index.ts'
import type { InstructionCharge, LookupCharge } from '../charge.ts'
import type { InstructionTrace } from '../execute.ts'
import { isTensorActive, tensorParameters } from '../parameters.ts'
import type { TensorEVM } from '../tensorEVM.ts'
import type { FindCode, KnownCode } from './functions.ts'
import { precompileName } from './precompileName.ts'
import type { Burnt, FrameGas, FrameKind } from './report.ts'
import { closeScope, type FollowCode, followCode, type OpenScope, opcodesOf, openScope } from './scope.ts'
import { frameGas } from './sum.ts'
import { openInstruction } from './tensorGas.ts'

/** What the EVM tells of a step. */
export type Step = {
  readonly pc: number
  readonly gasLeft: bigint
  readonly stack: readonly bigint[]
  readonly opcode: { readonly code: number; readonly name: string; readonly fee: number; readonly dynamicFee?: bigint }
}

/** The instruction of a frame that was last seen: taken for paid and carried out until something says otherwise. */
type Pending = {
  readonly pc: number
  readonly code: number
  readonly mnemonic: string
  readonly scope: OpenScope
  readonly gasLeft: number
  readonly fee: number
  readonly stipend: number
}

type OpenFrame = {
  readonly message: Message
  readonly kind: FrameKind
  readonly depth: number
  readonly gasLimit: number
  readonly root: OpenScope
  readonly start: number
  /** Scope of the caller. */
  readonly caller: OpenScope | undefined
  known: KnownCode | undefined
  follow: FollowCode | undefined
  pending: Pending | undefined
  /** Gas that is left after everything that is known to be paid. */
  left: number
  lookup: number
  /** Tensor instructions that were paid for. */
  instructions: number
}

const CALL = 0xf1
const CALLCODE = 0xf2
const DELEGATECALL = 0xf4
const CREATE2 = 0xf5
const STATICCALL = 0xfa
const kinds: ReadonlyMap<number | undefined, FrameKind> = new Map([
  [CALLCODE, 'CALLCODE'],
  [DELEGATECALL, 'DELEGATECALL'],
  [STATICCALL, 'STATICCALL'],
  [CREATE2, 'CREATE2'],
])
/** Where the value of CALL and CALLCODE is, from the top of the stack. */
const VALUE = -3
const REVERT = 'revert'
const NANOSECONDS = 1e6

/** Keeps the books of one transaction or call, frame by frame. */
export type Recorder = {
  begin(message: Message): void
  step(step: Step): void
  charge(charge: InstructionCharge): void
  lookup(charge: LookupCharge): void
  carriedOut(trace: InstructionTrace): void
  /** Ends the innermost frame; gives the outermost one when that ended. */
  end(result: EVMResult): FrameGas | undefined
}

const isCreation = ({ kind }: Pick<OpenFrame, 'kind'>) => kind === 'CREATE' || kind === 'CREATE2'

/** What was charged and what was seen to be gone differ. */
function differ(what: string, charged: number, seen: number): never {
  throw new Error(`gas report: ${what}: ${charged} gas by what was charged, ${seen} by the EVM`)
}

/**
 * Keeps the books of an EVM. What is left of a frame's gas is counted down by each price that is paid, and compared with
 * what the EVM says is left at every step and at the end of the frame: nothing is ever told as the rest of something.
 *
 * @throws {Error} from every method, when the two differ
 */
export function createRecorder(evm: TensorEVM, find: FindCode): Recorder {
  const { common } = evm
  const frames: OpenFrame[] = []
  let sequence = 0
  let peakBytes = 0
  const top = () => frames[frames.length - 1]

  const kindOf = ({ to }: Message, caller: number | undefined): FrameKind =>
    kinds.get(caller) ?? (to === undefined ? 'CREATE' : 'CALL')

  const isInference = (message: Message) =>
    message.to !== undefined &&
    isTensorActive(common) &&
    tensorParameters(common).tensorPrecompileAddress.equals(message.codeAddress)

  const codeAddressOf = (message: Message) =>
    message.to === undefined ? undefined : bytesToHex(message.codeAddress.bytes)

  /** Takes back what was noted of an instruction that was not paid for. */
  const unpay = ({ scope, mnemonic, code, gasLeft, fee, stipend }: Pending) => {
    if (code === EXTENSION || fee > gasLeft) return
    const opcodes = opcodesOf(scope, mnemonic)
    opcodes.count--
    opcodes.gas -= fee
    opcodes.stipends -= stipend
  }

  /** What a halt took of a frame of code, in which `end` was left when it stopped. */
  const burn = (frame: OpenFrame, error: string, end: number): Burnt => {
    const { pending, left } = frame
    const at = { error, mnemonic: pending?.mnemonic, pc: pending?.pc }
    if (end === left) return { ...at, gas: left }
    // The instruction was not paid for: its price was more than what was left, of which the EVM leaves 0, or it never came to it.
    const before = pending?.gasLeft ?? -1
    const isUnpaid = end === before || (end === 0 && (pending?.fee ?? 0) > before)
    if (pending === undefined || !isUnpaid) differ(`a frame that ended with ${error}`, left, end)
    unpay(pending)
    return { ...at, gas: before }
  }

  /** Parts of a frame that only its end tells. */
  const settle = (frame: OpenFrame, { execResult }: EVMResult, code: FrameGas['code']) => {
    const { executionGasUsed, exceptionError, gas, returnValue } = execResult
    const used = Number(executionGasUsed)
    const error = exceptionError?.error
    if (code !== 'bytecode') {
      // What remains of a frame that fails here goes with it, unless it failed before it began to run.
      const price = code === 'precompile' && error === undefined ? used : 0
      const burnt = error === undefined || used === 0 ? 0 : frame.left
      return {
        precompile: price,
        codeDeposit: 0,
        burnt: burnt === 0 ? undefined : { gas: burnt, error: error as string, mnemonic: undefined, pc: undefined },
      }
    }
    const end = Number(gas)
    if (error !== undefined && error !== REVERT)
      return { precompile: 0, codeDeposit: 0, burnt: burn(frame, error, end) }
    if (end !== frame.left) differ('a frame of code', frame.left, end)
    const deposit =
      isCreation(frame) && error === undefined ? returnValue.length * Number(common.param('createDataGas')) : 0
    return { precompile: 0, codeDeposit: deposit, burnt: undefined }
  }

  const nameOf = (frame: OpenFrame, code: FrameGas['code']) => {
    if (code === 'inference') return 'inference precompile'
    const address = codeAddressOf(frame.message)
    if (code === 'precompile' && address !== undefined) return precompileName(address)
    const name = frame.known?.contract ?? address ?? 'contract'
    return isCreation(frame) ? `new ${name}` : name
  }

  /** A frame of code begins: its code is known now. */
  const start = (frame: OpenFrame): FollowCode => {
    const { code, data } = frame.message
    if (code instanceof Uint8Array) frame.known = find(code, isCreation(frame))
    frame.follow = followCode(frame.root, frame.known, data)
    return frame.follow
  }

  const pay = (frame: OpenFrame, charge: InstructionCharge, scope: OpenScope, pc: number) => {
    const { price, gas } = charge
    const sum = Object.values(price).reduce((all, part) => all + part, 0)
    if (sum !== gas) differ(charge.instruction.mnemonic, sum, gas)
    peakBytes = Math.max(peakBytes, evm.arena.liveBytes)
    const codeAddress = codeAddressOf(frame.message) ?? '0x'
    scope.instructions.push(
      openInstruction(evm, charge, { sequence: sequence++, pc, depth: frame.depth, codeAddress, peakBytes }),
    )
    frame.instructions++
  }

  /** Where the next tensor instruction falls. */
  const scopeOf = ({ pending, root }: OpenFrame) => pending?.scope ?? root

  return {
    begin(message) {
      const caller = top()
      const gasLimit = Number(message.gasLimit)
      if (!Number.isSafeInteger(gasLimit))
        throw new RangeError(`gas report: expected a gas limit below 2^53, found ${message.gasLimit}`)
      frames.push({
        message,
        kind: kindOf(message, caller?.pending?.code),
        ...{ depth: message.depth, gasLimit, left: gasLimit, root: openScope(), lookup: 0, instructions: 0 },
        start: performance.now(),
        caller: caller && scopeOf(caller),
        ...{ known: undefined, follow: undefined, pending: undefined },
      })
    },
    step({ pc, gasLeft, stack, opcode }) {
      const frame = top()
      if (frame === undefined) return
      const left = Number(gasLeft)
      if (left !== frame.left) differ(`before ${opcode.name} at ${pc}`, frame.left, left)
      const follow = frame.follow ?? start(frame)
      const { code, name: mnemonic } = opcode
      const fee = Number(opcode.dynamicFee ?? opcode.fee)
      const scope = follow(pc, code)
      const sendsValue = (code === CALL || code === CALLCODE) && (stack.at(VALUE) ?? 0n) !== 0n
      const stipend = sendsValue ? Number(common.param('callStipendGas')) : 0
      // A price that can't be paid may be too high to be exact.
      if (code !== EXTENSION && fee <= left) {
        const opcodes = opcodesOf(scope, mnemonic)
        opcodes.count++
        opcodes.gas += fee
        opcodes.stipends += stipend
      }
      frame.left = left - fee + stipend
      frame.pending = { pc, code, mnemonic, scope, gasLeft: left, fee, stipend }
    },
    charge(charge) {
      const frame = top()
      if (frame === undefined) return
      const { pending } = frame
      if (pending === undefined) frame.left -= charge.gas
      else if (pending.fee !== charge.gas) differ(pending.mnemonic, charge.gas, pending.fee)
      pay(frame, charge, scopeOf(frame), pending?.pc ?? frame.instructions)
    },
    lookup({ gas }) {
      const frame = top()
      if (frame === undefined) return
      frame.lookup += gas
      frame.left -= gas
    },
    carriedOut({ milliseconds }) {
      const frame = top()
      const instruction = frame && scopeOf(frame).instructions.at(-1)
      if (instruction === undefined) return
      const { liveBytes } = evm.arena
      peakBytes = Math.max(peakBytes, liveBytes)
      instruction.liveBytes = liveBytes
      instruction.peakBytes = peakBytes
      instruction.nanoseconds = milliseconds * NANOSECONDS
      instruction.isHalted = false
    },
    end(result) {
      const frame = frames.pop()
      if (frame === undefined) return undefined
      const { message, kind, depth, gasLimit, caller } = frame
      const milliseconds = performance.now() - frame.start
      const { execResult } = result
      const isPrecompile = typeof message.code === 'function'
      const code = isPrecompile
        ? isInference(message)
          ? 'inference'
          : 'precompile'
        : frame.pending === undefined
          ? 'none'
          : 'bytecode'
      const gasUsed = Number(execResult.executionGasUsed)
      const settled = settle(frame, result, code)
      const closed: FrameGas = {
        ...{ kind, depth, code, gasLimit, gasUsed },
        name: nameOf(frame, code),
        address: message.to && bytesToHex(message.to.bytes),
        codeAddress: codeAddressOf(message),
        error: execResult.exceptionError?.error,
        lookup: frame.lookup,
        ...settled,
        nanoseconds: code === 'precompile' ? milliseconds * NANOSECONDS : 0,
        ...closeScope(frame.root),
      }
      const sum = frameGas(closed)
      if (sum !== gasUsed) differ(`a frame of ${closed.name}`, sum, gasUsed)
      caller?.calls.push(closed)
      const outer = top()
      if (outer === undefined) return closed
      outer.left -= gasUsed
      return undefined
    },
  }
}
