import { describe, expect, it } from 'vitest'
import { schedule } from '../../gas-model/index.ts'
import {
  encodeType,
  type Instruction,
  instructionByMnemonic,
  type ModelTensors,
  type TensorType,
} from '../../isa/index.ts'
import { type ReferenceResult, type ReferenceWorld, runReferenceMachine } from '../../model/index.ts'

type Line = readonly [mnemonic: string, ...words: (bigint | number)[]]

function run(lines: readonly Line[], world: Partial<ReferenceWorld> = {}): ReferenceResult {
  const steps = lines.map(([mnemonic, ...words]) => ({
    instruction: instructionByMnemonic.get(mnemonic) as Instruction | undefined,
    words: words.map(BigInt),
  }))
  return runReferenceMachine(steps, { gasLimit: 1e9, ...world })
}

const typeWord = (dtype: TensorType['dtype'], ...shape: number[]) => encodeType({ dtype, shape })
const page = typeWord('int8', 4096)
const bytes8 = typeWord('int8', 8)

// The formula of SPEC, with the schedule's prices.
const q16 = (...terms: number[]) => Math.ceil(terms.reduce((a, b) => a + b) / 65536)
const loadGas = (bytes: number, allocated: number, pages: number) =>
  schedule.tensorBaseGas +
  q16(schedule.tensorCopiedBytesQ16 * bytes) +
  q16(schedule.tensorZeroedBytesQ16 * allocated) +
  schedule.tensorPageGas * pages

const modelBytes = new Uint8Array(70000).map((_, index) => index % 100)
const model: ModelTensors = {
  root: 5n,
  types: [{ dtype: 'int8', shape: [700, 100] }],
  bytes: () => modelBytes,
}
const models = new Map([[5n, model]])

describe('runReferenceMachine', () => {
  it('moves bytes between calldata, memory, code and tensors', () => {
    const calldata = Uint8Array.of(9, 1, 2, 3, 4)
    const code = new Map([[0xc0den, Uint8Array.of(5, 6, 7)]])
    const { memory, pushed, halt } = run(
      [
        ['TCALLDATALOAD', bytes8, 1],
        ['TCODELOAD', bytes8, (1n << 160n) | 0xc0den, 1],
        ['TCODELOAD', bytes8, 0xdead, 0],
        ['TMODELLOAD', 5, 0, 699, 1],
        ['TMSTORE', 1, 3],
        ['TMLOAD', bytes8, 2],
        ['TMSTORE', 5, 40],
        ['TMSTORE', 2, 48],
        ['TMSTORE', 3, 3],
        ['TTYPE', 4],
        ['TSPACE'],
      ],
      { calldata, code, models, memory: new Uint8Array(32).fill(0xff) },
    )
    expect(halt).toBeUndefined()
    expect(pushed).toEqual([1n, 2n, 3n, 4n, 5n, typeWord('int8', 1, 100), BigInt(64 * 2 ** 20 - 4 * 64 - 128)])
    expect([...memory.subarray(0, 3), ...memory.subarray(11, 13)]).toEqual([255, 255, 255, 255, 255])
    expect([...memory.subarray(3, 11)]).toEqual(new Array(8).fill(0))
    expect([...memory.subarray(40, 64)]).toEqual([
      ...[255, 1, 2, 3, 4, 0, 0, 0],
      ...[6, 7, 0, 0, 0, 0, 0, 0],
      ...new Array(8).fill(0),
    ])
    expect(memory.length).toBe(64)
  })

  it('charges work, zeroing and first touch of pages, once', () => {
    const gas = (...lines: Line[]) => run(lines).gasUsed
    expect(gas(['TCALLDATALOAD', bytes8, 0])).toBe(loadGas(16, 64, 1))
    const first = loadGas(4096, 4096, 1)
    expect(gas(['TCALLDATALOAD', page, 0])).toBe(first)
    expect(gas(['TCALLDATALOAD', page, 0], ['TCALLDATALOAD', bytes8, 0])).toBe(first + loadGas(16, 64, 1))
    // The page that was freed is used again, and TFREE costs one gas a handle.
    expect(gas(['TCALLDATALOAD', page, 0], ['TFREE', 1, 1], ['TCALLDATALOAD', page, 0])).toBe(
      first + 101 + loadGas(4096, 4096, 0),
    )
  })

  it('charges EVM memory as the EVM does', () => {
    const gas = (offset: number, memory?: Uint8Array) =>
      run([['TMLOAD', bytes8, offset]], memory ? { memory } : {}).gasUsed - loadGas(16, 64, 1)
    expect(gas(0)).toBe(3)
    expect(gas(24)).toBe(3)
    expect(gas(25)).toBe(6)
    expect(gas(32 * 1024 - 8)).toBe(3 * 1024 + 2048)
    expect(gas(0, new Uint8Array(32))).toBe(0)
    expect(gas(64, new Uint8Array(64))).toBe(3)
  })

  it('charges accounts, the registry and model chunks cold once', () => {
    const codeload = ['TCODELOAD', bytes8, 7, 0] as const
    expect(run([codeload]).gasUsed).toBe(loadGas(16, 64, 1) + 2600)
    expect(run([codeload], { warmAccounts: [7n] }).gasUsed).toBe(loadGas(16, 64, 1) + 100)
    const rows = (first: number, count: number) => run([['TMODELLOAD', 5, 0, first, count]], { models }).gasUsed
    const oneRow = loadGas(112, 128, 1)
    expect(rows(0, 1)).toBe(oneRow + 2100 + 6600)
    // Row 327 is the one that spans the first and second chunk of 32,768 bytes.
    expect([326, 327, 328].map((row) => rows(row, 1) - oneRow - 2100)).toEqual([6600, 13200, 6600])
    const again = run(
      [
        ['TMODELLOAD', 5, 0, 0, 1],
        ['TMODELLOAD', 5, 0, 327, 1],
      ],
      { models },
    )
    expect(again.gasUsed).toBe(oneRow + 2100 + 6600 + loadGas(112, 128, 0) + 100 + 100 + 6600)
  })

  it('runs with exactly its gas and not with one less', () => {
    const lines: Line[] = [
      ['TCALLDATALOAD', page, 0],
      ['MAXIMUM', 1, 1],
      ['TMSTORE', 2, 5],
    ]
    const { gasUsed } = run(lines)
    expect(run(lines, { gasLimit: gasUsed })).toMatchObject({ gasUsed, pushed: [1n, 2n] })
    expect(run(lines, { gasLimit: gasUsed })).not.toHaveProperty('halt')
    const short = run(lines, { gasLimit: gasUsed - 1 })
    expect(short).toMatchObject({ halt: 'OutOfGas', gasUsed: gasUsed - 1, pushed: [1n, 2n] })
    expect(short.memory.length).toBe(0)
  })

  const load: Line = ['TCALLDATALOAD', bytes8, 0]
  /** What one load takes, and too little for an instruction after it. */
  const onlyLoad = 2 * schedule.tensorBaseGas + schedule.tensorPageGas
  const halts: [string, ReferenceResult['halt'], Line[], Partial<ReferenceWorld>?][] = [
    ['an opcode that nothing is assigned to', 'UndefinedInstruction', [['NOTHING']]],
    ['handle 0', 'BadHandle', [['TTYPE', 0]]],
    ['a handle not yet made', 'BadHandle', [load, ['TTYPE', 2]]],
    ['a handle beyond 2^53', 'BadHandle', [load, ['TTYPE', 2n ** 53n + 1n]]],
    ['a freed handle', 'BadHandle', [load, ['TFREE', 1, 1], ['TTYPE', 1]]],
    ['a handle before bad attributes', 'BadHandle', [['CLAMP', 2n ** 255n, 9]]],
    ['attributes that say what is a handle first', 'BadAttribute', [['RESCALE', 2n ** 255n, 9, 9, 9]]],
    ['a range of handles never made', 'BadHandle', [load, ['TFREE', 1, 2]]],
    ['a bad type word', 'BadTypeWord', [['TMLOAD', 0, 0]]],
    ['a bad attribute word', 'BadAttribute', [load, ['CLAMP', 2n ** 255n, 1]]],
    ['a wrong dtype', 'TypeMismatch', [load, ['TADD', 1, 1]]],
    ['a wrong shape', 'ShapeMismatch', [load, ['MATMUL', 0, 1, 1, 0]]],
    ['types before gas', 'TypeMismatch', [load, ['TADD', 1, 1]], { gasLimit: onlyLoad }],
    ['an index out of range', 'IndexOutOfRange', [['TMODELLOAD', 5, 0, 700, 1]], { models }],
    ['an unregistered model', 'UnknownModel', [['TMODELLOAD', 6, 0, 0, 1]], { models }],
    ['no gas for the registry', 'OutOfGas', [['TMODELLOAD', 6, 0, 0, 1]], { models, gasLimit: 2099 }],
    ['memory that no gas buys', 'OutOfGas', [['TMLOAD', bytes8, 2n ** 256n - 1n]]],
    ['a tensor larger than the arena', 'ArenaFull', [['TCALLDATALOAD', typeWord('int8', 8, 2 ** 23 + 1), 0]]],
    ['gas before the arena', 'OutOfGas', [['TCALLDATALOAD', typeWord('int8', 8, 2 ** 23 + 1), 0]], { gasLimit: 500 }],
    ['too many tensors', 'TooManyHandles', [load, load, load], { parameters: { ...schedule, tensorMaxHandles: 2 } }],
  ]
  it.each(halts)('halts on %s with %s and all gas', (_, halt, lines, world = {}) => {
    const result = run(lines, world)
    expect(result.halt).toBe(halt)
    expect(result.gasUsed).toBe(world.gasLimit ?? 1e9)
  })

  it('allows as many tensors and bytes as the limits say', () => {
    const parameters = { ...schedule, tensorMaxHandles: 2, tensorArenaBytes: 128 }
    expect(run([load, load, ['TFREE', 1, 1], load], { parameters }).pushed).toEqual([1n, 2n, 3n])
    expect(run([load, load, load], { parameters }).halt).toBe('ArenaFull')
  })

  it('refuses a wrong number of words', () => {
    expect(() => run([['TTYPE']])).toThrow('words: TTYPE pops 1, not 0')
  })
})
