import type { BlockCase, CaseAccount } from './blockCase.ts'
import { code, loop, type Piece, repeat } from './bytecode.ts'

/** A word with every byte set, and one of half its length: long operands take longest. */
const ALL = 2n ** 256n - 1n
const WIDE = 0xf123456789abcdef0123456789abcdef0fedcba9876543210fedcba987654321n
const HALF = 0xfedcba9876543210fedcba9876543211n
/** Accounts of the cases, away from the contracts. */
const CALLEE = 0xca11_0001n
const LARGE_CODE = 0xca11_0002n
const LARGE_CALLEE = 0xca11_0005n
const INITCODE = 0xca11_0006n
const REVERTER = 0xca11_0003n
const EXPANDER = 0xca11_0004n
const KIBIBYTE = 1024
/** Gas that a callee gets with a value, and that SSTORE wants to be left. */
const STIPEND = 2300

export type CaseOptions = Omit<BlockCase, 'name' | 'kind' | 'code'> & {
  /** Run once before the loop. */
  readonly prologue?: readonly Piece[]
  /** Words that the prologue leaves on the stack. */
  readonly depth?: number
  /** Copies of the body in an iteration, so that what turns the loop hardly counts. */
  readonly times?: number
}

/** A case whose loop runs `body` many times an iteration. */
export function caseOf(
  kind: BlockCase['kind'],
  name: string,
  body: readonly Piece[],
  { prologue = [], depth = 0, times = 256, ...rest }: CaseOptions = {},
): BlockCase {
  return { name, kind, code: loop(code(...prologue), repeat(times, code(...body)), depth), ...rest }
}

const ordinary = (name: string, body: readonly Piece[], options?: CaseOptions) =>
  caseOf('ordinary', name, body, options)

/** Opcodes that take two words that stay and give one that goes: each is three more opcodes that move words. */
function arithmetic(name: string, a: bigint, b: bigint, label = name): BlockCase {
  return ordinary(label, ['DUP1', 'DUP3', name, 'POP'], {
    prologue: [b, a],
    depth: 2,
    times: name === 'EXP' ? 32 : 256,
  })
}

function ternary(name: string): BlockCase {
  const body = ['DUP3', 'DUP3', 'DUP3', name, 'POP']
  return ordinary(name, body, { prologue: [WIDE, ALL - 188n, ALL - 58n], depth: 3 })
}

const words: readonly BlockCase[] = [
  ordinary('JUMPDEST', ['JUMPDEST'], { times: 16_384 }),
  ordinary('PUSH0 POP', [0, 'POP'], { times: 4096 }),
  ordinary('PUSH32 POP', [ALL, 'POP'], { times: 512 }),
  ordinary('DUP POP', ['DUP1', 'POP'], { times: 4096 }),
  ordinary('SWAP15', ['SWAP15'], { prologue: Array.from({ length: 15 }, (_, index) => index), depth: 15, times: 8192 }),
  ordinary('GAS POP', ['GAS', 'POP'], { times: 4096 }),
  ordinary('ADDRESS POP', ['ADDRESS', 'POP'], { times: 4096 }),
  ordinary('CALLDATALOAD', [0, 'CALLDATALOAD', 'POP'], { times: 4096 }),
  ordinary('NOT', ['NOT'], { prologue: [WIDE], depth: 1, times: 8192 }),
  ordinary('CLZ', ['DUP1', 'CLZ', 'POP'], { prologue: [1n], depth: 1, times: 4096 }),
  ordinary('ADD', ['DUP2', 'ADD'], { prologue: [WIDE, ALL], depth: 2, times: 4096 }),
  ordinary('MUL', ['DUP2', 'MUL'], { prologue: [WIDE, ALL], depth: 2, times: 4096 }),
  ...['DIV', 'SDIV', 'MOD', 'SMOD'].map((name) => arithmetic(name, WIDE, HALF)),
  ...['LT', 'SLT', 'EQ', 'BYTE', 'SIGNEXTEND'].map((name) => arithmetic(name, 3n, WIDE)),
  ...['SHL', 'SHR', 'SAR'].map((name) => arithmetic(name, 7n, WIDE)),
  ternary('ADDMOD'),
  ternary('MULMOD'),
  arithmetic('EXP', 3n, 255n, 'EXP 1 byte'),
  arithmetic('EXP', WIDE, ALL, 'EXP 32 bytes'),
]

/** KECCAK256 of so many bytes of memory. */
const hash = (bytes: number): BlockCase =>
  ordinary(`KECCAK256 ${bytes} B`, [bytes, 0, 'KECCAK256', 'POP'], {
    prologue: [ALL, Math.max(bytes - 32, 0), 'MSTORE'],
    times: bytes > 4096 ? 16 : 256,
  })

const copy = (name: string, bytes: number, options: CaseOptions = {}): BlockCase =>
  ordinary(`${name} ${bytes} B`, [bytes, 0, 0, name], { prologue: [0, bytes, 'MSTORE'], ...options })

const memory: readonly BlockCase[] = [
  ordinary('MLOAD', [0, 'MLOAD', 'POP'], { prologue: [WIDE, 0, 'MSTORE'], times: 4096 }),
  ordinary('MSTORE', ['DUP1', 0, 'MSTORE'], { prologue: [WIDE], depth: 1, times: 4096 }),
  ordinary('MSTORE8', ['DUP1', 0, 'MSTORE8'], { prologue: [WIDE], depth: 1, times: 4096 }),
  ...[32, 136, KIBIBYTE, 32 * KIBIBYTE].map(hash),
  copy('MCOPY', 32),
  copy('MCOPY', KIBIBYTE),
  copy('MCOPY', 32 * KIBIBYTE, { times: 16 }),
  copy('CALLDATACOPY', KIBIBYTE),
  copy('CALLDATACOPY', 32 * KIBIBYTE, { times: 16 }),
  copy('CODECOPY', KIBIBYTE),
  copy('RETURNDATACOPY', 0),
]

const callee: CaseAccount = { address: CALLEE, code: code('STOP') }
const reverter: CaseAccount = { address: REVERTER, code: code(0, 0, 'REVERT') }
const large: CaseAccount = { address: LARGE_CODE, code: new Uint8Array(24_576).fill(0x5b) }
/** What it pays for its memory grows with the square: 64 KiB are 14,336 gas. */
const EXPANDED_BYTES = 64 * KIBIBYTE
const expander: CaseAccount = { address: EXPANDER, code: code(1, EXPANDED_BYTES - 32, 'MSTORE', 'STOP') }

/** A call without data of an account, with plenty of gas. */
const call = (name: string, address: bigint): readonly Piece[] => {
  const hasValue = name === 'CALL' || name === 'CALLCODE'
  return [0, 0, 0, 0, ...(hasValue ? [0] : []), address, 60_000, name, 'POP']
}

const accounts: readonly BlockCase[] = [
  ...['CALL', 'STATICCALL', 'DELEGATECALL', 'CALLCODE'].map((name) =>
    ordinary(`${name} warm`, call(name, CALLEE), { accounts: [callee], times: 64 }),
  ),
  ordinary('STATICCALL reverting', call('STATICCALL', REVERTER), { accounts: [reverter], times: 64, reverts: true }),
  ordinary('STATICCALL into 24 KiB of code', call('STATICCALL', LARGE_CALLEE), {
    accounts: [{ address: LARGE_CALLEE, code: code('STOP', new Uint8Array(24_575).fill(0x60)) }],
    times: 64,
  }),
  ordinary('STATICCALL growing memory', call('STATICCALL', EXPANDER), { accounts: [expander], times: 4 }),
  ordinary('CALL with value', [0, 0, 0, 0, 1, CALLEE, 0, 'CALL', 'POP'], {
    accounts: [callee],
    times: 8,
    reserve: STIPEND,
  }),
  ordinary('CALL cold', [0, 0, 0, 0, 0, 'DUP6', 'DUP8', 'ADD', 0, 'CALL', 'POP'], {
    ...{ prologue: [32, 'CALLDATALOAD', 64, 'SHL'], depth: 1, times: 1 },
  }),
  ordinary('BALANCE warm', ['DUP1', 'BALANCE', 'POP'], { prologue: [CALLEE], depth: 1, accounts: [callee] }),
  ordinary('BALANCE cold', ['DUP2', 'DUP2', 'ADD', 'BALANCE', 'POP'], {
    ...{ prologue: [32, 'CALLDATALOAD', 64, 'SHL'], depth: 1, times: 1 },
  }),
  ordinary('SELFBALANCE', ['SELFBALANCE', 'POP']),
  ordinary('EXTCODESIZE warm', ['DUP1', 'EXTCODESIZE', 'POP'], { prologue: [LARGE_CODE], depth: 1, accounts: [large] }),
  ordinary('EXTCODEHASH warm', ['DUP1', 'EXTCODEHASH', 'POP'], { prologue: [LARGE_CODE], depth: 1, accounts: [large] }),
  ...[0, KIBIBYTE, 24_576].map((bytes) =>
    ordinary(`EXTCODECOPY ${bytes} B`, [bytes, 0, 0, 'DUP4', 'EXTCODECOPY'], {
      ...{ prologue: [LARGE_CODE], depth: 1, accounts: [large], times: bytes > 4096 ? 16 : 256 },
    }),
  ),
  ordinary('BLOCKHASH', [0, 'BLOCKHASH', 'POP']),
]

/** A slot that no transaction before has used: the counter with the number of the transaction above it. */
const freshSlot: readonly Piece[] = ['DUP2', 'DUP2', 'OR']
const freshSlots: CaseOptions = { prologue: [32, 'CALLDATALOAD', 64, 'SHL'], depth: 1, times: 1, reserve: STIPEND }
/** Slots that are there for a transaction to go through. */
const SLOTS = 4096

const storage: readonly BlockCase[] = [
  ordinary('SLOAD warm', [0, 'SLOAD', 'POP'], { slots: 1 }),
  ordinary('SLOAD cold', ['DUP1', 'SLOAD', 'POP'], { slots: SLOTS, times: 1 }),
  ordinary('SLOAD cold, empty', [...freshSlot, 'SLOAD', 'POP'], freshSlots),
  // A value that no slot begins with: storing that again would be refunded.
  ordinary('SSTORE warm', ['GAS', 'NOT', 0, 'SSTORE'], { slots: 1, reserve: STIPEND }),
  ordinary('SSTORE cold', ['DUP1', ...['GAS', 'NOT'], 'SWAP1', 'SSTORE'], { slots: SLOTS, times: 1, reserve: STIPEND }),
  ordinary('SSTORE cold, empty', [1, ...['DUP3', 'DUP3', 'OR'], 'SSTORE'], freshSlots),
  ordinary('TLOAD', [0, 'TLOAD', 'POP']),
  ordinary('TSTORE', ['GAS', 0, 'TSTORE']),
  ordinary('TSTORE new slots', ['GAS', 'DUP1', 'TSTORE']),
]

/** LOGn of so many bytes, with topics that fill a word. */
const log = (topics: number, bytes: number): BlockCase =>
  ordinary(
    `LOG${topics} ${bytes} B`,
    [...Array.from({ length: topics }, () => `DUP${topics}`), bytes, 0, `LOG${topics}`],
    {
      ...{ prologue: [0, bytes, 'MSTORE', ...Array.from({ length: topics }, () => WIDE)], depth: topics },
      times: bytes > 4096 ? 4 : 64,
    },
  )

/** Longest code that may create a contract (EIP-3860), nothing but jump destinations. */
const INITCODE_BYTES = 49_152
const creations: readonly BlockCase[] = [
  log(0, 0),
  log(4, 0),
  log(0, 8 * KIBIBYTE),
  ordinary('CREATE', [0, 0, 0, 'CREATE', 'POP'], { times: 1 }),
  ordinary('CREATE2', ['GAS', 0, 0, 0, 'CREATE2', 'POP'], { times: 1 }),
  ordinary('CREATE of 48 KiB', [INITCODE_BYTES, 0, 0, 'CREATE', 'POP'], {
    ...{ prologue: [24_576, 0, 0, INITCODE, 'EXTCODECOPY', 24_576, 0, 24_576, INITCODE, 'EXTCODECOPY'] },
    // The code pays for each of its bytes as it runs through them, which takes longest, and so stops at once.
    ...{ accounts: [{ address: INITCODE, code: code('STOP', new Uint8Array(24_575).fill(0x5b)) }], times: 1 },
  }),
  ordinary('CREATE and SELFDESTRUCT', [2, 30, 0, 'CREATE', 'POP'], {
    ...{
      prologue: [BigInt(`0x${Buffer.from(code('ADDRESS', 'SELFDESTRUCT')).toString('hex')}`), 0, 'MSTORE'],
      times: 1,
    },
  }),
]

/** Blocks of the EVM's own instructions, with as little besides as a loop takes. */
export const ordinaryCases: readonly BlockCase[] = [...words, ...memory, ...accounts, ...storage, ...creations]
