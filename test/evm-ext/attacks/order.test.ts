import { beforeAll, describe, expect, test } from 'vitest'
import { haltCodeOf } from '../../../evm-ext/errors.ts'
import { allocationBytes, schedule } from '../../../gas-model/index.ts'
import { byteLength, encodeAxisWord, type HaltCode, instructions } from '../../../isa/index.ts'
import { createReferenceKernel, type Kernel } from '../../../kernel/index.ts'
import { code, op } from '../../bytecode.ts'
import { KernelTrap, runCode } from '../setup.ts'
import { bytesType, instructionOf } from './programs.ts'
import { handlePositions, making, type Operands, smallestCases, using, withoutHandles } from './smallestCases.ts'
import { createWorld, traced, type World } from './world.ts'

const AMPLE = 10n ** 8n
const CAP = 65_536
const MAX_HANDLES = 4

/** A kernel none of whose bodies may be reached. */
function trappedKernel(): Kernel {
  const trap = () => {
    throw new KernelTrap('work had begun')
  }
  return { ...createReferenceKernel(), bodies: new Map(instructions.map(({ opcode }) => [opcode, trap])) }
}

let world: World
let trapped: World
beforeAll(async () => {
  const parameters = { tensorArenaBytes: CAP, tensorMaxHandles: MAX_HANDLES }
  world = await createWorld(parameters)
  trapped = await createWorld(parameters, trappedKernel())
})

/** How code ends: a halt of the tensor instructions, or the EVM's own error. */
async function ending(bytes: Uint8Array, gasLimit = AMPLE, on = world): Promise<HaltCode | string | undefined> {
  const { exceptionError } = await runCode(on.evm, [bytes], gasLimit)
  return haltCodeOf(exceptionError) ?? exceptionError?.error
}

/** Gas that is spent before the last instruction of the code, which is that of `mnemonic`. */
async function gasBefore(mnemonic: string, { tensors, words }: Operands): Promise<bigint> {
  const pushes = using(mnemonic, words, world.root).subarray(0, -2)
  return (await runCode(world.evm, [making(tensors), pushes], AMPLE)).executionGasUsed
}

test('the cases are of every instruction', () => {
  expect(smallestCases.map(({ mnemonic }) => mnemonic)).toEqual(instructions.map(({ mnemonic }) => mnemonic))
})

describe.each(smallestCases)('$mnemonic', (smallest) => {
  const { mnemonic, tensors, words, refused } = smallest
  const { inputs, output } = instructionOf(mnemonic)
  const hasHandles = handlePositions(smallest).length > 0
  const makesTensor = output?.kind === 'tensor'
  const run = (operands: Operands, gasLimit?: bigint) =>
    ending(code(making(operands.tensors), using(mnemonic, operands.words, world.root)), gasLimit)

  test('takes its smallest operands', async () => {
    expect(await run(smallest)).toBeUndefined()
  })

  if (inputs.length > 0)
    test('stack before all else', async () => {
      const short = withoutHandles(smallest, refused?.words ?? words).slice(1)
      const bytes = using(mnemonic, short, world.root)
      expect(await ending(bytes)).toBe('stack underflow')
      const pushes = await runCode(world.evm, [bytes.subarray(0, -2)], AMPLE)
      expect(await ending(bytes, pushes.executionGasUsed)).toBe('stack underflow')
    })

  if (hasHandles)
    test('handles before types and gas', async () => {
      const operands = {
        tensors: refused?.tensors ?? tensors,
        words: withoutHandles(smallest, refused?.words ?? words),
      }
      expect(await run(operands)).toBe('BadHandle')
      expect(await run(operands, await gasBefore(mnemonic, operands))).toBe('BadHandle')
    })

  if (refused)
    test('types before gas', async () => {
      const operands = refused as Operands
      const code = await run(operands)
      expect(code).toMatch(/^(Bad|TypeMismatch|ShapeMismatch|IndexOutOfRange)/)
      // A model's types are known once its registration was read, which is paid for.
      const registration = mnemonic === 'TMODELLOAD' ? 2100n : 0n
      expect(await run(operands, (await gasBefore(mnemonic, operands)) + registration)).toBe(code)
    })

  const filled = (live: number, handles: number) => {
    const used = tensors.reduce((sum, type) => sum + allocationBytes(byteLength(type)), 0)
    const spare = Array.from({ length: handles - tensors.length - 1 }, () => bytesType(1))
    return [...tensors, ...spare, bytesType(live - used - 64 * spare.length)]
  }

  if (makesTensor)
    test('gas before the arena, bytes before tensors, the arena before work', async () => {
      const full = { tensors: filled(CAP, MAX_HANDLES), words }
      const before = await gasBefore(mnemonic, full)
      const [trace] = (await traced(world, () => run(smallest))).slice(-1)
      // The output would lie on a page after the last; that of the smallest case does only where no operand lies before it.
      const price = (trace?.gas as bigint) + BigInt(tensors.length > 0 ? schedule.tensorPageGas : 0)
      expect(await run(full, before + price - 1n)).toBe('out of gas')
      expect(await run(full, before + price)).toBe('ArenaFull')
      expect(await run({ tensors: filled(CAP - 4096, MAX_HANDLES), words })).toBe('TooManyHandles')
      const bytes = code(making(full.tensors), using(mnemonic, words, trapped.root))
      expect(await ending(bytes, AMPLE, trapped)).toBe('ArenaFull')
      expect(await ending(bytes, before + price - 1n, trapped)).toBe('out of gas')
    })
})

test('no room for an output is a stack overflow, before gas', async () => {
  const bytes = code(...Array.from({ length: 1024 }, () => code(0)), op('TSPACE'))
  expect(await ending(bytes)).toBe('stack overflow')
  expect(await ending(bytes, 2n * 1024n)).toBe('stack overflow')
})

test("TFREE's handles are looked at when it is paid", async () => {
  const never = { tensors: [bytesType(1)], words: [1n, 5n] }
  const before = await gasBefore('TFREE', never)
  const bytes = code(making(never.tensors), op('TFREE', 1, 5))
  expect(await ending(bytes, before + 1n)).toBe('out of gas')
  expect(await ending(bytes)).toBe('BadHandle')
})

test('RESCALE looks at its attribute word before handles, for the word says which operands are handles', async () => {
  expect(await ending(op('RESCALE', 2n ** 255n, 99, 99, 99))).toBe('BadAttribute')
})

test('a trap in the trapped kernel is one, where nothing fails before', async () => {
  const bytes = code(making([bytesType(1)]), op('TILE', encodeAxisWord([1]), 1))
  await expect(ending(bytes, AMPLE, trapped)).rejects.toThrow(KernelTrap)
})
