import { EVMError, type EVMResult, type InterpreterStep, type Message } from '@ethereumjs/evm'
import { bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../../../evm-ext/index.ts'
import { addressOf } from '../../../evm-ext/state.ts'
import type { TraceOptions } from '../reads.ts'
import { reasonOf } from '../reasons.ts'
import { revertReason } from '../revertReason.ts'
import { refusedCall } from './refusedCall.ts'
import type { Budget, TracedStart, Tracer } from './tracer.ts'
import { addressHex, memoryAt, quantity, wordHex } from './values.ts'

const LOG0 = 0xa0
const LOG4 = 0xa4
const SELFDESTRUCT = 0xff
const kinds: ReadonlyMap<number, string> = new Map([
  [0xf0, 'CREATE'],
  [0xf1, 'CALL'],
  [0xf2, 'CALLCODE'],
  [0xf4, 'DELEGATECALL'],
  [0xf5, 'CREATE2'],
  [0xfa, 'STATICCALL'],
])
/** Characters of a call or log without its data. */
const CALL_CHARACTERS = 300

type CallLog = {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  /** How many calls came before it in its frame. */
  readonly position: Hex
}

/** A call, in geth's form and order. */
type CallFrame = {
  readonly from: Hex
  gas: Hex
  gasUsed: Hex
  to?: Hex
  readonly input: Hex
  output?: Hex
  error?: string
  revertReason?: string
  calls?: CallFrame[]
  logs?: CallLog[]
  readonly value?: Hex
  readonly type: string
}

/** Takes away what failed calls and those in them have logged. */
function clearFailedLogs(frame: CallFrame, isLost: boolean): void {
  const lost = isLost || frame.error !== undefined
  if (lost) delete frame.logs
  for (const call of frame.calls ?? []) clearFailedLogs(call, lost)
}

function openFrame(message: Message, type: string): CallFrame {
  const { caller, to, value, data, gasLimit } = message
  const isDelegate = type === 'DELEGATECALL'
  return {
    // Delegated code runs as the account that calls.
    from: addressHex(isDelegate && to !== undefined ? to : caller),
    gas: quantity(gasLimit),
    gasUsed: '0x0',
    ...(to === undefined ? {} : { to: addressHex(message.codeAddress) }),
    input: bytesToHex(data),
    ...(type === 'STATICCALL' ? {} : { value: quantity(value) }),
    type,
  }
}

function closeFrame(frame: CallFrame, { execResult, createdAddress }: EVMResult): void {
  const { exceptionError, returnValue, executionGasUsed } = execResult
  frame.gasUsed = quantity(executionGasUsed)
  const isReverted = exceptionError?.error === EVMError.errorMessages.REVERT
  if (exceptionError === undefined && createdAddress !== undefined) frame.to = addressHex(createdAddress)
  if (returnValue.length > 0 && (exceptionError === undefined || isReverted)) frame.output = bytesToHex(returnValue)
  const error = reasonOf(execResult)
  if (error === undefined) return
  frame.error = error
  const reason = isReverted ? revertReason(returnValue) : undefined
  if (reason !== undefined) frame.revertReason = reason
}

/** geth's members in geth's order. */
function ordered(frame: CallFrame): CallFrame {
  const { from, gas, gasUsed, to, input, output, error, revertReason: reason, calls, logs, value, type } = frame
  return {
    ...{ from, gas, gasUsed },
    ...(to === undefined ? {} : { to }),
    input,
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
    ...(reason === undefined ? {} : { revertReason: reason }),
    ...(calls === undefined ? {} : { calls: calls.map(ordered) }),
    ...(logs === undefined ? {} : { logs }),
    ...(value === undefined ? {} : { value }),
    type,
  }
}

/** A list that is made with its first entry. */
function append<T>(list: T[] | undefined, entry: T): T[] {
  if (list === undefined) return [entry]
  list.push(entry)
  return list
}

/** What a LOG is about to log, from the stack and memory that it finds; undefined where it can't. */
function logOf(step: InterpreterStep, position: number): CallLog | undefined {
  const { address, stack, opcode, gasLeft } = step
  const [offset, length] = [stack.at(-1), stack.at(-2)]
  const count = opcode.code - LOG0
  if (offset === undefined || length === undefined || stack.length < count + 2) return undefined
  const bytes = memoryAt(step, offset, length)
  if (bytes === undefined || (opcode.dynamicFee ?? 0n) > gasLeft) return undefined
  const topics = Array.from({ length: count }, (_, index) => wordHex(stack.at(-3 - index) ?? 0n))
  return { address: addressHex(address), topics, data: bytesToHex(bytes), position: quantity(position) }
}

/** geth's tree of calls. */
export function createCallTracer({ tracerConfig = {} }: TraceOptions, budget: Budget): Tracer {
  const { onlyTopCall = false, withLog = false } = tracerConfig
  const frames: CallFrame[] = []
  let top: CallFrame | undefined
  let last = 0
  let gasLimit = 0n
  /** A call that was asked for, until it begins. */
  let asked: InterpreterStep | undefined

  const add = (frame: CallFrame) => {
    const caller = frames.at(-1)
    if (caller === undefined) top = frame
    else if (!onlyTopCall) caller.calls = append(caller.calls, frame)
  }

  const addLog = (step: InterpreterStep) => {
    const frame = frames.at(-1)
    if (frame === undefined) return
    const log = logOf(step, frame.calls?.length ?? 0)
    if (log === undefined) return
    budget.spend(CALL_CHARACTERS + log.data.length)
    frame.logs = append(frame.logs, log)
  }

  /** The frame goes on: what it asked for was refused. */
  const settle = () => {
    const step = asked
    asked = undefined
    if (step === undefined || onlyTopCall) return
    const { to, value, error, ...call } = refusedCall(step)
    budget.spend(CALL_CHARACTERS + call.input.length)
    add({
      ...{ ...call, error, gasUsed: '0x0', type: kinds.get(step.opcode.code) ?? 'CALL' },
      ...(to === undefined ? {} : { to }),
      ...(value === undefined ? {} : { value: quantity(value) }),
    })
  }

  const addSelfdestruct = async ({ address, stack, stateManager }: InterpreterStep) => {
    const heir = stack.at(-1)
    if (heir === undefined) return
    const balance = (await stateManager.getAccount(address))?.balance ?? 0n
    budget.spend(CALL_CHARACTERS)
    add({
      ...{ from: addressHex(address), gas: '0x0', gasUsed: '0x0' },
      to: addressHex(addressOf(heir)),
      ...{ input: '0x', value: quantity(balance), type: 'SELFDESTRUCT' },
    })
  }

  return {
    async before(start: TracedStart) {
      gasLimit = start.gasLimit
    },
    enter(message) {
      asked = undefined
      const outer = message.to === undefined ? 'CREATE' : 'CALL'
      const type = message.depth === 0 ? outer : (kinds.get(last) ?? outer)
      budget.spend(CALL_CHARACTERS + 2 * message.data.length)
      frames.push(openFrame(message, type))
    },
    step(step) {
      settle()
      last = step.opcode.code
      if (kinds.has(last)) asked = step
      const isHidden = onlyTopCall && step.depth > 0
      if (withLog && last >= LOG0 && last <= LOG4 && !isHidden) addLog(step)
      return last === SELFDESTRUCT && !onlyTopCall ? addSelfdestruct(step) : undefined
    },
    exit(result) {
      if (result.execResult.exceptionError === undefined) settle()
      asked = undefined
      const frame = frames.pop()
      if (frame === undefined) return
      budget.spend(2 * result.execResult.returnValue.length)
      closeFrame(frame, result)
      add(frame)
    },
    after({ gasUsed }) {
      if (top === undefined) return {}
      top.gas = quantity(gasLimit)
      top.gasUsed = quantity(gasUsed)
      if (withLog) clearFailedLogs(top, false)
      return ordered(top)
    },
  }
}
