import type { EVM } from '@ethereumjs/evm'
import { beforeAll, describe, expect, it } from 'vitest'
import { fold } from '../../../compiler-ext/analysis/folds.ts'
import { randomFrom } from '../../model/randomProgram.ts'
import { plainEVM } from '../setup.ts'

/** Opcode and operands of each builtin that is a function of words. */
const opcodes: Readonly<Record<string, readonly [opcode: number, operands: number]>> = {
  add: [0x01, 2],
  mul: [0x02, 2],
  sub: [0x03, 2],
  div: [0x04, 2],
  sdiv: [0x05, 2],
  mod: [0x06, 2],
  smod: [0x07, 2],
  addmod: [0x08, 3],
  mulmod: [0x09, 3],
  exp: [0x0a, 2],
  signextend: [0x0b, 2],
  lt: [0x10, 2],
  gt: [0x11, 2],
  slt: [0x12, 2],
  sgt: [0x13, 2],
  eq: [0x14, 2],
  iszero: [0x15, 1],
  and: [0x16, 2],
  or: [0x17, 2],
  xor: [0x18, 2],
  not: [0x19, 1],
  byte: [0x1a, 2],
  shl: [0x1b, 2],
  shr: [0x1c, 2],
  sar: [0x1d, 2],
  clz: [0x1e, 1],
}

const edges = [0n, 1n, 2n, 31n, 32n, 255n, 256n, 1n << 128n, 1n << 255n, (1n << 255n) - 1n, (1n << 256n) - 1n]

describe('folding', () => {
  let evm: EVM
  const random = randomFrom(11)
  beforeAll(async () => {
    evm = await plainEVM()
  })

  const randomWord = (): bigint => {
    if (random(10) < 3) return edges[random(edges.length)] as bigint
    const bits = 1 + random(256)
    let word = 0n
    for (let i = 0; i < 8; i++) word = (word << 32n) | BigInt(random(2 ** 32))
    return BigInt.asUintN(bits, word)
  }

  /** What the EVM gives; the first operand is the top of the stack. */
  async function execute(opcode: number, operands: readonly bigint[]): Promise<bigint> {
    const pushes = operands.toReversed().map((word) => `7f${word.toString(16).padStart(64, '0')}`)
    const code = `${pushes.join('')}${opcode.toString(16).padStart(2, '0')}5f5260205ff3`
    const { returnValue, exceptionError } = await evm.runCode({ code: Buffer.from(code, 'hex'), gasLimit: 100_000n })
    expect(exceptionError).toBeUndefined()
    return BigInt(`0x${Buffer.from(returnValue).toString('hex')}`)
  }

  it.each(Object.entries(opcodes))('%s gives what the EVM gives', async (name, [opcode, count]) => {
    const cases = Array.from({ length: 150 }, () => Array.from({ length: count }, randomWord))
    for (const a of edges) for (const b of edges) cases.push([a, b, 3n].slice(0, count))
    for (const operands of cases)
      expect(fold(name, operands), `${name}(${operands})`).toBe(await execute(opcode, operands))
  })

  it('leaves what is no function of words', () => {
    expect(fold('sload', [1n])).toBeUndefined()
  })
})
