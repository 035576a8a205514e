import { describe, expect, it } from 'vitest'
import type { Hex } from '../../../evm-ext/index.ts'
import { createWasmKernel } from '../../../kernel/index.ts'
import { judge, type Outcome } from '../../../scripts/conformance/state/compare.ts'
import {
  type Differences,
  fileName,
  findMistakes,
  updateDifferences,
} from '../../../scripts/conformance/state/differences.ts'
import { readCases, type StateCase } from '../../../scripts/conformance/state/fixture.ts'
import { forks } from '../../../scripts/conformance/state/forks.ts'
import { runStock } from '../../../scripts/conformance/state/runCase.ts'

const SENDER = '0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b'
const CONTRACT = '0x095e7baea6a6c7c4c2dfeb977efac326af552d87'
const NO_LOGS = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'

/** A file of a state test that calls a contract with this code at these forks, with two gas limits. */
function testFile(code: Hex, posts: readonly string[], txbytes?: Hex): string {
  const account = (fields: object) => ({
    balance: '0x0de0b6b3a7640000',
    code: '0x',
    nonce: '0x00',
    storage: {},
    ...fields,
  })
  const post = (gas: number) => ({ hash: `0x${'00'.repeat(32)}`, logs: NO_LOGS, indexes: { data: 0, gas, value: 0 } })
  return JSON.stringify({
    example: {
      _info: { comment: 'by hand' },
      env: {
        currentCoinbase: '0x2adc25665018aa1fe0e6bc666dac8fc2697ff9ba',
        currentDifficulty: '0x020000',
        currentGasLimit: '0x0f424000',
        currentNumber: '0x01',
        currentTimestamp: '0x03e8',
        currentBaseFee: '0x0a',
      },
      pre: { [SENDER]: account({}), [CONTRACT]: account({ code, storage: { '0x01': '0x02' } }) },
      transaction: {
        ...{ data: ['0x'], gasLimit: ['0x061a80', '0x5207'], value: ['0x0186a0'], gasPrice: '0x0a', nonce: '0x00' },
        ...{ to: CONTRACT, secretKey: '0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8' },
      },
      post: Object.fromEntries(
        posts.map((fork) => [
          fork,
          [
            { ...post(0), ...(txbytes ? { txbytes } : {}) },
            { ...post(1), expectException: 'no' },
          ],
        ]),
      ),
    },
  })
}

const casesOf = (code: Hex, posts: readonly string[] = ['Cancun']) => readCases(testFile(code, posts))
const kernel = createWasmKernel()

/** The case with what the stock EVM makes of it as expectation. */
async function withExpectation(stateCase: StateCase): Promise<StateCase> {
  const { root, logs } = await runStock(stateCase, 'Cancun')
  return { ...stateCase, root, logs }
}

describe('a file of state tests', () => {
  it('has a case for each fork and choice of data, gas and value', () => {
    const names = casesOf('0x00', ['Berlin', 'Cancun']).map(({ name }) => name)
    expect(names).toEqual(['Berlin', 'Cancun'].flatMap((fork) => [0, 1].map((gas) => `example[${fork} d0g${gas}v0]`)))
  })

  it('is read with bytes of transactions and without', () => {
    expect(readCases(testFile('0x00', ['Cancun'], '0xf800'))[0]?.transaction).toBe('0xf800')
    expect(casesOf('0x00')[0]?.transaction).toMatchObject({ gasLimit: '0x061a80', to: CONTRACT, accessList: undefined })
  })

  it('may be something else', () => {
    expect(readCases('{"a": {"blocks": []}}')).toEqual([])
    expect(readCases('[]')).toEqual([])
    expect(() => readCases('{')).toThrow(SyntaxError)
  })
})

describe('a case', () => {
  it.each(forks)('gives the same on both EVMs at %s', async (fork) => {
    // ADD 1 1, stored at 0, and an event.
    const [stateCase] = casesOf('0x600160010160005560006000a000', [fork])
    const { verdict } = await judge(stateCase as StateCase, kernel)
    expect(verdict).toMatchObject({ kind: 'same' })
    expect('detail' in verdict && verdict.detail).toMatch(/found root 0x\w{8} logs 0x\w{8} gas \d+$/)
  })

  it('is as the file says, or not', async () => {
    const [right, refused] = casesOf('0x600160010160005500') as [StateCase, StateCase]
    expect((await judge(right, kernel)).verdict).toMatchObject({ kind: 'same', asExpected: false })
    const expected = await withExpectation(right)
    expect((await judge(expected, kernel)).verdict).toMatchObject({ asExpected: true })
    expect((await judge({ ...expected, exception: 'yes' }, kernel)).verdict).toMatchObject({ asExpected: false })
    // Too little gas for a transaction at all: the state stays as it is.
    const stays = await withExpectation(refused)
    expect(stays.root).not.toBe(expected.root)
    expect((await judge(stays, kernel)).verdict).toMatchObject({ kind: 'same', asExpected: true })
  })

  it.each([
    ['in the outermost frame', '0xae01'],
    // CREATE with the code TSPACE POP, the last bytes of a word, and its address stored.
    ['in initialization code', '0x62ae08506000526003601d6000f060005500'],
    // PUSH1 AE, a jump to the place after STOP, and TTYPE of it.
    ['after a jump', '0x60ae600656005bae06'],
  ] as const)('differs where it executes the byte AE %s', async (_, code) => {
    const [stateCase] = casesOf(code)
    const { verdict } = await judge(stateCase as StateCase, kernel)
    expect(verdict).toMatchObject({ kind: 'different', executesExtension: true })
  })

  it('does not differ where the byte AE is data', async () => {
    // PUSH2 AE01, STOP, AE.
    const [stateCase] = casesOf('0x61ae01600055005bae')
    expect((await judge(stateCase as StateCase, kernel)).verdict).toMatchObject({ kind: 'same' })
  })

  it('of an unknown fork is skipped, and one that can not be run has crashed', async () => {
    const [stateCase] = casesOf('0x00', ['Verkle']) as [StateCase]
    expect((await judge(stateCase, kernel)).verdict).toEqual({ kind: 'skipped', fork: 'Verkle' })
    const broken = { ...stateCase, fork: 'Cancun', env: { ...stateCase.env, currentCoinbase: '0x12' as Hex } }
    expect((await judge(broken, kernel)).verdict).toMatchObject({ kind: 'crashed' })
  })
})

describe('the lists of differences', () => {
  const same: Outcome = { name: 'a', verdict: { kind: 'same', asExpected: true, detail: '' } }
  const wrong: Outcome = { name: 'b', verdict: { kind: 'same', asExpected: false, detail: 'other root' } }
  const instruction: Outcome = { name: 'c', verdict: { kind: 'different', executesExtension: true, detail: 'halt' } }
  const different: Outcome = { name: 'd', verdict: { kind: 'different', executesExtension: false, detail: 'gas' } }
  const crashed: Outcome = { name: 'e', verdict: { kind: 'crashed', detail: 'out of memory' } }
  const none: Differences = { instruction: {}, file: {} }
  const file = 'stExample/a.json'

  it('name files by their last folder', () => {
    expect(fileName('/tmp/tests/GeneralStateTests/stExample/a.json')).toBe(file)
  })

  it('have to name exactly what differs', () => {
    const outcomes = new Map([[file, [same, wrong, instruction]]])
    expect(findMistakes(outcomes, { instruction: { [file]: ['c'] }, file: { [file]: ['b'] } })).toEqual([])
    expect(findMistakes(outcomes, none)).toEqual([
      `${file}: b: not in the list "file": other root`,
      `${file}: c: not in the list "instruction": halt`,
    ])
    expect(findMistakes(outcomes, { instruction: { [file]: ['c', 'a'] }, file: { [file]: ['b'] } })).toEqual([
      `${file}: a: in the list "instruction", and does not differ so`,
    ])
    expect(findMistakes(outcomes, { instruction: { [file]: ['b', 'c'] }, file: {} })).toHaveLength(2)
  })

  it('excuse neither other differences nor crashes', () => {
    const all = { instruction: { [file]: ['d', 'e'] }, file: { [file]: ['d', 'e'] } }
    expect(findMistakes(new Map([[file, [different, crashed]]]), all)).toEqual(
      expect.arrayContaining([`${file}: d: the EVMs differ: gas`, `${file}: e: crashed: out of memory`]),
    )
  })

  it('are brought up to date for what was run', () => {
    const known = { instruction: { [file]: ['a', 'x'], 'stOther/b.json': ['y'] }, file: {} }
    const updated = updateDifferences(new Map([[file, [same, wrong, instruction, different]]]), known)
    expect(updated).toEqual({
      instruction: { [file]: ['c', 'x'], 'stOther/b.json': ['y'] },
      file: { [file]: ['b'] },
    })
  })
})
