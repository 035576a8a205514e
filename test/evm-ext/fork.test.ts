import { buildBlock, runBlock, runTx } from '@ethereumjs/vm'
import { describe, expect, test } from 'vitest'
import { haltCodeOf } from '../../evm-ext/errors.ts'
import { isTensorActive, tensorParameters } from '../../evm-ext/parameters.ts'
import { copyVM, createTensorEVM, type TensorEVM } from '../../evm-ext/tensorEVM.ts'
import { instructionGas, type PricedOperands, schedule } from '../../gas-model/index.ts'
import { EXTENSION, encodeType, instructions } from '../../isa/index.ts'
import { createMemoryStore } from '../../model/store.ts'
import { code, op, pushGas } from '../bytecode.ts'
import { address, setUp } from './setup.ts'
import { setUpVM, sign, stateRoot } from './vm.ts'

const TENSOR = encodeType({ dtype: 'int8', shape: [6] })
const PRECOMPILE = 0xae00n
const TIME = 1000
const REPRICED = 2000
const genesis = {
  timestamp: 500,
  tensorTime: TIME,
  forks: [{ name: 'repriced', time: REPRICED, parameters: { tensorBaseGas: 250 } }],
}
const space = code(op('TSPACE'), op('STOP'))

async function gasOfSpace(evm: TensorEVM) {
  const { exceptionError, executionGasUsed } = await evm.runCode({ code: space, gasLimit: 1000n })
  return { error: exceptionError?.error, gas: executionGasUsed }
}

const before = { error: 'invalid opcode', gas: 1000n }
const first = { error: undefined, gas: 100n }
const repriced = { error: undefined, gas: 250n }

describe('activation', () => {
  test('by time: an EVM follows its Common to and from the fork', async () => {
    const { evm, common } = await setUp({ genesis })
    const at = (timestamp: number) => common.setHardforkBy({ blockNumber: 1n, timestamp: BigInt(timestamp) })
    for (const [timestamp, expected] of [
      [500, before],
      [TIME - 1, before],
      [TIME, first],
      [REPRICED - 1, first],
      [REPRICED, repriced],
      [TIME - 1, before],
    ] as const) {
      at(timestamp)
      expect(await gasOfSpace(evm), `at ${timestamp}`).toEqual(expected)
      expect(evm.getPrecompile(address(PRECOMPILE)) !== undefined).toBe(timestamp >= TIME)
      expect(evm.opcodes.has(EXTENSION)).toBe(timestamp >= TIME)
    }
  })

  test('by block', async () => {
    const { evm, common } = await setUp({ genesis: { tensorBlock: 7 } })
    for (const [blockNumber, expected] of [
      [6n, before],
      [7n, first],
      [8n, first],
    ] as const) {
      common.setHardforkBy({ blockNumber, timestamp: 0n })
      expect(await gasOfSpace(evm)).toEqual(expected)
    }
  })

  test('before it every instruction is an invalid opcode and no parameter exists', async () => {
    const { evm, common } = await setUp({ genesis })
    for (const { opcode } of instructions) {
      const { exceptionError, executionGasUsed } = await evm.runCode({
        code: Uint8Array.of(...new Uint8Array(4).fill(0x5f), EXTENSION, opcode),
        gasLimit: 500n,
      })
      expect([exceptionError?.error, executionGasUsed]).toEqual(['invalid opcode', 500n])
    }
    expect(isTensorActive(common)).toBe(false)
    expect(() => tensorParameters(common)).toThrow('not active')
  })

  test('an EVM can be made at a fork that ethereumjs does not know', async () => {
    const { common } = await setUp({ genesis })
    for (const [timestamp, expected] of [
      [TIME, first],
      [REPRICED, repriced],
    ] as const) {
      common.setHardforkBy({ blockNumber: 1n, timestamp: BigInt(timestamp) })
      const hardfork = common.hardfork()
      const evm = await createTensorEVM({ common, store: createMemoryStore() })
      expect(common.hardfork()).toBe(hardfork)
      expect(await gasOfSpace(evm)).toEqual(expected)
    }
  })

  test("the precompile's address is warm from the fork on, and an ordinary cold account before", async () => {
    const ask = code(op('STATICCALL', 0, PRECOMPILE, 0, 0, 0, 0), op('STOP'))
    const { vm } = await setUpVM({ 165: ask }, { genesis })
    const gas: bigint[] = []
    for (const timestamp of [500, TIME]) {
      vm.common.setHardforkBy({ blockNumber: 1n, timestamp: BigInt(timestamp) })
      const tx = sign(vm, { nonce: gas.length, to: 0xa5 })
      gas.push((await runTx(vm, { tx })).totalGasSpent)
    }
    const pushes = pushGas(0, PRECOMPILE, 0, 0, 0, 0)
    expect(gas).toEqual([21000n + pushes + 2600n, 21000n + pushes + 100n])
  })
})

describe('blocks', () => {
  const contract = code(op('TSPACE'), 0, op('SSTORE'))

  test('built over both forks, and run again on a fresh VM', async () => {
    const options = { genesis }
    const { vm, genesisBlock } = await setUpVM({ 45324: contract }, options)
    const replica = await setUpVM({ 45324: contract }, options)
    let parent = genesisBlock
    const gas: bigint[] = []
    for (const timestamp of [501, TIME - 1, TIME, TIME + 1, REPRICED]) {
      vm.common.setHardforkBy({ blockNumber: parent.header.number + 1n, timestamp: BigInt(timestamp) })
      const builder = await buildBlock(vm, {
        parentBlock: parent,
        headerData: { timestamp, gasLimit: parent.header.gasLimit, parentBeaconBlockRoot: new Uint8Array(32) },
        withdrawals: [],
      })
      const result = await builder.addTransaction(sign(vm, { nonce: gas.length, to: 0xb10c }))
      gas.push(result.totalGasSpent)
      const { block } = await builder.build()
      await runBlock(replica.vm, { block, setHardfork: true })
      await replica.vm.blockchain.putBlock(block)
      expect(await stateRoot(replica.vm)).toBe(await stateRoot(vm))
      parent = block
    }
    // Before the fork a transaction burns its limit. SSTORE of a new slot costs 22100, of an unchanged one 2200.
    const [set, same] = [21000n + 2n + 22100n, 21000n + 2n + 2200n]
    expect(gas).toEqual([2_000_000n, 2_000_000n, set + 100n, same + 100n, same + 250n])
  })
})

describe('copies', () => {
  test('a shallow copy is a TensorEVM at the same fork, follows forks by itself, and shares the options', async () => {
    const { evm, common } = await setUp({ genesis })
    common.setHardforkBy({ blockNumber: 1n, timestamp: BigInt(TIME) })
    const copy = evm.shallowCopy()
    expect(await gasOfSpace(copy)).toEqual(first)
    copy.common.setHardforkBy({ blockNumber: 1n, timestamp: BigInt(REPRICED) })
    expect(await gasOfSpace(copy)).toEqual(repriced)
    expect(await gasOfSpace(evm)).toEqual(first)
    expect(copy.arena).not.toBe(evm.arena)
    expect(Reflect.get(copy.stateManager, 'common')).toBe(copy.common)
  })

  test('copyVM copies a VM at a fork that ethereumjs does not know, with its state', async () => {
    const { vm } = await setUpVM({ 192: code(op('TSPACE'), 0, op('SSTORE')) }, { genesis: { tensorTime: 0 } })
    await runTx(vm, { tx: sign(vm, { nonce: 0, to: 0xc0 }) })
    const before = await stateRoot(vm)
    const copy = await copyVM(vm)
    expect(await stateRoot(copy)).toBe(before)
    const result = await runTx(copy, { tx: sign(copy, { nonce: 1, to: 0xc0 }) })
    expect(result.execResult.exceptionError).toBeUndefined()
    expect(await stateRoot(copy)).not.toBe(before)
    expect(await stateRoot(vm)).toBe(before)
    expect(copy.common).not.toBe(vm.common)
  })

  test('copyVM refuses a VM that has another EVM', async () => {
    const { createVM } = await import('@ethereumjs/vm')
    await expect(copyVM(await createVM())).rejects.toThrow(TypeError)
  })
})

describe('traces', () => {
  const program = code(
    op('TCALLDATALOAD', TENSOR, 0),
    op('RESHAPE', encodeType({ dtype: 'int8', shape: [2, 3] }), 1),
    op('MATMUL', 0, 2, 2, 0),
    op('TFREE', 1, 1),
    op('TTYPE', 7),
  )

  test('steps show mnemonics, prices, and the name of an instruction that halts', async () => {
    const { evm } = await setUp()
    const steps: { name: string; code: number; pc: number; dynamicFee: bigint | undefined }[] = []
    evm.events.on('step', ({ opcode, pc }) => {
      if (!opcode.name.startsWith('PUSH'))
        steps.push({ name: opcode.name, code: opcode.code, pc, dynamicFee: opcode.dynamicFee })
    })
    const { exceptionError } = await evm.runCode({ code: program, gasLimit: 10_000n })
    expect(haltCodeOf(exceptionError)).toBe('BadHandle')
    expect(steps.map(({ name }) => name)).toEqual(['TCALLDATALOAD', 'RESHAPE', 'MATMUL', 'TFREE', 'TTYPE'])
    expect(new Set(steps.map((step) => step.code))).toEqual(new Set([EXTENSION]))
    expect(steps[3]?.dynamicFee).toBe(101n)
    steps.length = 0
    await evm.runCode({ code: Uint8Array.of(EXTENSION, 0x4f), gasLimit: 10_000n })
    expect(steps.map(({ name }) => name)).toEqual(['EXTENSION'])
  })

  test('the hook is told of each instruction with the tensors it used, numbered through the transaction', async () => {
    const { evm } = await setUp()
    const seen: string[] = []
    const lines = () => seen.splice(0)
    evm.onInstruction = ({ sequence, depth, instruction, operandIds, resultId, gas, type, operands }) => {
      expect(operands).toHaveLength(instruction.inputs.length)
      expect(type !== undefined).toBe(resultId !== undefined)
      seen.push(`${sequence} ${depth} ${instruction.mnemonic} [${operandIds}] ${resultId ?? '-'} ${gas}`)
    }
    await evm.runCode({ code: program, gasLimit: 10_000n })
    const type = { dtype: 'int8', shape: [2, 3] } as const
    const attributes = { zeroPointA: 0, zeroPointB: 0 }
    const price = (mnemonic: string, operands: PricedOperands, liveBytes: number) =>
      instructionGas(mnemonic, operands, { parameters: schedule, liveBytes }).total
    const expected = [
      `0 0 TCALLDATALOAD [] 1 ${price('TCALLDATALOAD', { type: { dtype: 'int8', shape: [6] }, offset: 0n }, 0)}`,
      `1 0 RESHAPE [1] 2 ${price('RESHAPE', { type, x: { dtype: 'int8', shape: [6] } }, 64)}`,
      `2 0 MATMUL [2,2] 3 ${price('MATMUL', { attributes, a: type, b: type }, 128)}`,
      `3 0 TFREE [] - ${price('TFREE', { handle: 1n, count: 1n }, 192)}`,
    ]
    expect(lines()).toEqual(expected)
    // A transaction that halts is a transaction: the next one counts anew.
    await evm.runCode({ code: program, gasLimit: 10_000n })
    expect(lines()).toEqual(expected)
    evm.onInstruction = undefined
    await evm.runCode({ code: program, gasLimit: 10_000n })
    expect(lines()).toEqual([])
  })
})
