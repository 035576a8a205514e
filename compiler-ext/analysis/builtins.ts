import { fold, isFold } from './folds.ts'
import type { Value } from './frame.ts'
import { forgetMemory, loadWord, storeWord, unknownMemory } from './memory.ts'
import type { State } from './state.ts'

/** Places, among the operands, of the offset and the length of the memory that a builtin writes. */
const memoryWriters: ReadonlyMap<string, readonly [offset: number, length: number]> = new Map([
  ['calldatacopy', [0, 2]],
  ['codecopy', [0, 2]],
  ['datacopy', [0, 2]],
  ['returndatacopy', [0, 2]],
  ['mcopy', [0, 2]],
  ['extcodecopy', [1, 3]],
  ['call', [5, 6]],
  ['callcode', [5, 6]],
  ['delegatecall', [4, 5]],
  ['staticcall', [4, 5]],
])

/** Builtins after which the code does not go on. */
const terminators: ReadonlySet<string> = new Set(['stop', 'return', 'revert', 'invalid', 'selfdestruct'])

/** Builtins whose result is not known, and that leave memory as it is. */
const opaque: ReadonlySet<string> = new Set(
  (
    'address balance basefee blobbasefee blobhash blockhash calldataload calldatasize caller callvalue chainid codesize ' +
    'coinbase create create2 dataoffset datasize difficulty extcodehash extcodesize gas gaslimit gasprice keccak256 ' +
    'linkersymbol loadimmutable log0 log1 log2 log3 log4 msize number origin pop prevrandao returndatasize selfbalance ' +
    'sload sstore timestamp tload tstore'
  ).split(' '),
)

/** Result of a function of words that are not all known: of a handle, it is known that it is not zero. */
function foldPartly(name: string, operands: readonly Value[]): Value {
  const [a, b] = operands
  const isHandle = typeof a === 'object' || typeof b === 'object'
  if (isHandle && (name === 'iszero' || (name === 'eq' && (a === 0n || b === 0n)))) return 0n
  return undefined
}

/** Runs a builtin that is no verbatim: gives its result, as far as it is known, and changes the state. */
export function applyBuiltin(name: string, operands: readonly Value[], state: State): Value {
  if (isFold(name))
    return operands.every((operand) => typeof operand === 'bigint') ? fold(name, operands) : foldPartly(name, operands)
  const writes = memoryWriters.get(name)
  if (terminators.has(name)) state.reached = false
  else if (name === 'mload') return loadWord(state.memory, operands[0])
  else if (name === 'mstore') state.memory = storeWord(state.memory, operands[0], operands[1])
  else if (name === 'mstore8') state.memory = forgetMemory(state.memory, operands[0], 1n)
  else if (writes) state.memory = forgetMemory(state.memory, operands[writes[0]], operands[writes[1]])
  else if (!opaque.has(name)) state.memory = unknownMemory
  return undefined
}
