import { Interface } from 'ethers'
import { describe, expect, test } from 'vitest'
import { createChain, type Hex } from '../../../evm-ext/index.ts'
import { type FrameGas, type GasReport, gasReportFolded, reportGas, type Scope } from '../../../evm-ext/report/index.ts'
import { compilePrograms, source } from './programs.ts'

const abi = new Interface([
  'function predict(uint256 x) view returns (uint256)',
  'function ask(address model, uint256 x)',
])
const line = (text: string) => source.split('\n').findIndex((one) => one.includes(text)) + 1

/** Names of functions in a scope, as paths. */
function pathsOf({ functions }: Scope): string[] {
  return functions.flatMap((one) => [one.name, ...pathsOf(one).map((path) => `${one.name};${path}`)])
}

function callsWithin({ functions, calls }: Scope): readonly FrameGas[] {
  return [...calls, ...functions.flatMap(callsWithin)]
}

const programs = {
  optimized: compilePrograms({ enabled: true, runs: 200 }),
  plain: compilePrograms({ enabled: false }),
}
type Programs = (typeof programs)['plain']

/** Reports of the creation of the model, a call of the caller that calls it, and a call of the model's fallback. */
async function run(output: Programs) {
  const chain = await createChain()
  let model: Hex = '0x'
  const { reports } = await reportGas(
    chain.vm,
    async () => {
      const argument = '7'.padStart(64, '0')
      model = (await chain.deploy(output.creationCode('Model') + argument)).contractAddress
      const caller = (await chain.deploy(output.creationCode('Caller'))).contractAddress
      await chain.sendTransaction({ to: caller, data: abi.encodeFunctionData('ask', [model, 5]) })
      await chain.sendTransaction({ to: model, data: '0x' })
    },
    { artefacts: [output] },
  )
  const [creation, , call, fallback] = reports as [GasReport, GasReport, GasReport, GasReport]
  const [inner] = callsWithin(call.frame) as [FrameGas]
  return { creation, call, fallback, inner, model }
}

describe.each(['optimized', 'plain'] as const)('%s code', (name) => {
  const output = programs[name]

  test('contracts and functions have their names', async () => {
    const { creation, call, fallback, inner } = await run(output)
    expect(creation.frame.name).toBe('new Model')
    expect([call.frame.name, inner.name, fallback.frame.name]).toEqual(['Caller', 'Model', 'Model'])
    expect(pathsOf(call.frame)).toEqual(expect.arrayContaining(['ask', 'ask;enough']))
    const paths = pathsOf(inner)
    expect(paths).toEqual(expect.arrayContaining(['predict', 'predict;Numbers.mix', 'predict;double']))
    // A function does not stand within itself.
    expect(paths.filter((path) => new Set(path.split(';')).size < path.split(';').length)).toEqual([])
    expect(pathsOf(fallback.frame).some((path) => path.endsWith('Numbers.mix'))).toBe(true)
  })

  test('a function has the place of its source', async () => {
    const { inner } = await run(output)
    const [predict] = inner.functions
    expect(predict).toMatchObject({ file: 'Model.sol', name: 'predict', line: line('function predict') })
    const double = predict?.functions.find(({ name }) => name === 'double')
    expect(double).toMatchObject({ file: 'Model.sol', line: line('function double') })
  })

  test('a tensor instruction stands in the function that it is in', async () => {
    const { call } = await run(output)
    const within = name === 'plain' ? 'space;' : ''
    expect(gasReportFolded(call)).toContain(`Caller;ask;Model;predict;${within}TensorInstructions.tspace;TSPACE `)
  })
})

test('calls of a function from the same place are added up, and those from another are apart', async () => {
  const { inner } = await run(programs.plain)
  const [predict] = inner.functions
  const inside = (scope: Scope | undefined, name: string) => scope?.functions.find((one) => one.name === name)
  const rounds = (scope: Scope | undefined) => scope?.opcodes.find(({ mnemonic }) => mnemonic === 'MUL')?.count
  // One call of five rounds, and two.
  expect(rounds(inside(predict, 'Numbers.mix'))).toBe(5)
  expect(rounds(inside(inside(predict, 'double'), 'Numbers.mix'))).toBe(10)
})

test('without ASTs functions that are left in the code have names still', async () => {
  const { inner } = await run({ ...programs.plain, sources: {} })
  expect(pathsOf(inner)).toEqual(expect.arrayContaining(['predict', 'predict;mix', 'predict;double;mix']))
  expect(inner.functions[0]?.line).toBeUndefined()
})

test('without artefacts frames have addresses, and no functions', async () => {
  const { call, model, inner } = await run({ ...programs.plain, contracts: {} })
  expect(call.frame.functions).toEqual([])
  expect(inner).toMatchObject({ name: model, functions: [] })
})
