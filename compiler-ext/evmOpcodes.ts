/** Names of consecutive opcodes of the EVM as of Osaka, each run from its first byte on. */
const runs: readonly (readonly [first: number, names: string])[] = [
  [0x00, 'STOP ADD MUL SUB DIV SDIV MOD SMOD ADDMOD MULMOD EXP SIGNEXTEND'],
  [0x10, 'LT GT SLT SGT EQ ISZERO AND OR XOR NOT BYTE SHL SHR SAR CLZ'],
  [0x20, 'KECCAK256'],
  [0x30, 'ADDRESS BALANCE ORIGIN CALLER CALLVALUE CALLDATALOAD CALLDATASIZE CALLDATACOPY CODESIZE CODECOPY GASPRICE'],
  [0x3b, 'EXTCODESIZE EXTCODECOPY RETURNDATASIZE RETURNDATACOPY EXTCODEHASH'],
  [0x40, 'BLOCKHASH COINBASE TIMESTAMP NUMBER PREVRANDAO GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBHASH BLOBBASEFEE'],
  [0x50, 'POP MLOAD MSTORE MSTORE8 SLOAD SSTORE JUMP JUMPI PC MSIZE GAS JUMPDEST TLOAD TSTORE MCOPY PUSH0'],
  [0xa0, 'LOG0 LOG1 LOG2 LOG3 LOG4'],
  [0xf0, 'CREATE CALL CALLCODE RETURN DELEGATECALL CREATE2'],
  [0xfa, 'STATICCALL'],
  [0xfd, 'REVERT INVALID SELFDESTRUCT'],
]

const PUSH1 = 0x60
const DUP1 = 0x80
const SWAP1 = 0x90

function nameTable(): readonly (string | undefined)[] {
  const names = new Array<string | undefined>(256).fill(undefined)
  for (const [first, run] of runs)
    run.split(' ').forEach((name, i) => {
      names[first + i] = name
    })
  for (let i = 0; i < 32; i++) names[PUSH1 + i] = `PUSH${i + 1}`
  for (let i = 0; i < 16; i++) {
    names[DUP1 + i] = `DUP${i + 1}`
    names[SWAP1 + i] = `SWAP${i + 1}`
  }
  return names
}

/** Name of each opcode of the EVM; undefined for a byte that is none. */
export const evmOpcodeNames: readonly (string | undefined)[] = nameTable()

/** Bytes of data that follow an opcode: 1..32 for a PUSH, else 0. */
export function pushBytes(opcode: number): number {
  return opcode >= PUSH1 && opcode < DUP1 ? opcode - PUSH1 + 1 : 0
}

/** Whether an opcode does nothing but push one word: PUSH0..PUSH32 and DUP1..DUP16. */
export function pushesOneWord(opcode: number): boolean {
  return opcode >= PUSH1 - 1 && opcode < SWAP1
}
