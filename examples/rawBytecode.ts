// Tensor instructions by hand: bytecode that multiplies two vectors from calldata and returns the product.
import { disassemble, formatDisassembly } from '../compiler-ext/index.ts'
import { createChain } from '../evm-ext/index.ts'
import { encodeType, instructionByMnemonic } from '../isa/index.ts'
import { runExample } from './runExample.ts'

/** PUSH32 of a word. */
function push32(word: bigint): string {
  return `7f${word.toString(16).padStart(64, '0')}`
}

/** AE and the instruction's own byte. */
function opcode(mnemonic: string): string {
  return `ae${instructionByMnemonic.get(mnemonic)?.opcode.toString(16).padStart(2, '0')}`
}

export async function main(print: (line: string) => void = console.log): Promise<void> {
  const vector = encodeType({ dtype: 'int8', shape: [1, 4] })
  const runtime = [
    '5f', // PUSH0: calldata offset 0
    push32(vector), // the type is on top
    opcode('TCALLDATALOAD'), // handle 1
    '6004', // PUSH1 4
    push32(vector),
    opcode('TCALLDATALOAD'), // handle 2
    '5050', // POP, POP: handles in a frame count from 1, so they need not be kept
    '5f', // PUSH0: no bias
    '6002', // PUSH1 2: b
    '6001', // PUSH1 1: a
    '5f', // PUSH0: no zero points
    opcode('MATMUL'), // int32 [1,1]
    '5f90', // PUSH0, SWAP1: memory offset 0 below the handle
    opcode('TMSTORE'),
    '60045ff3', // PUSH1 4, PUSH0, RETURN: the four bytes of the sum
  ].join('')
  print(formatDisassembly(disassemble(runtime)).trimEnd())

  const chain = await createChain()
  const size = (runtime.length / 2).toString(16).padStart(2, '0')
  // PUSH1 size, DUP1, PUSH1 9, PUSH0, CODECOPY, PUSH0, RETURN
  const { contractAddress } = await chain.deploy(`0x60${size}8060095f395ff3${runtime}`)
  const data = new Uint8Array(Int8Array.of(1, 2, 3, 4, 10, 20, 30, -40).buffer)
  const { status, returnValue, gasUsed } = await chain.sendTransaction({ to: contractAddress, data })
  const product = new DataView(returnValue.buffer, returnValue.byteOffset).getInt32(0, true)
  print(`status ${status}: 1*10 + 2*20 + 3*30 - 4*40 = ${product}, ${gasUsed} gas`)
}

await runExample(import.meta.url, main)
