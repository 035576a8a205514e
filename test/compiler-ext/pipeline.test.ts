import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keccak256 } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type CompilerOptions,
  compile,
  compilerVersion,
  openSolc,
  packageImports,
  type StandardJsonInput,
  type StandardJsonOutput,
} from '../../compiler-ext/index.ts'
import type { Settings } from '../../compiler-ext/standardJson.ts'
import { setUp } from '../evm-ext/setup.ts'
import { contractOf, deploy, errorsOf, IMPORT, PREAMBLE, plainEVM } from './setup.ts'

/** Contracts that embed one another, of which `Marked` has an instruction, in several files. */
const sources = {
  'Far.sol': `${PREAMBLE}contract Far { function f(uint256 x) external pure returns (uint256) { return x * 3 + 1; } }`,
  'Child.sol': `${PREAMBLE}contract Child { function f(uint256 x) external pure returns (uint256) { return x * 5 + 2; } }`,
  'Other.sol': `${PREAMBLE}import "Child.sol";
    contract Grandchild { uint256 public immutable x = 4; }
    contract OtherFactory {
      function code() external pure returns (bytes32) { return keccak256(type(Child).creationCode); }
      function make() external returns (address) { return address(new Grandchild()); }
    }`,
  'Marked.sol': `${PREAMBLE}import "Child.sol";\nimport "Far.sol";\n${IMPORT}
    contract Marked {
      function space() external view returns (uint256) { return TensorInstructions.tspace(); }
      function code() external pure returns (bytes32) { return keccak256(type(Child).creationCode); }
      function call(Far far) external pure returns (uint256) { return far.f(1); }
    }`,
}

const names = [
  ['Far.sol', 'Far'],
  ['Child.sol', 'Child'],
  ['Other.sol', 'Grandchild'],
  ['Other.sol', 'OtherFactory'],
] as const

/** Everything of the files above, and nothing of the library. */
const outputSelection = Object.fromEntries(
  [...Object.keys(sources), 'A.sol', 'M.sol'].map((file) => [file, { '*': ['*'] }]),
)

const input = (settings: Settings): StandardJsonInput => ({
  language: 'Solidity',
  sources: Object.fromEntries(Object.entries(sources).map(([file, content]) => [file, { content }])),
  settings: { optimizer: { enabled: true, runs: 200 }, outputSelection, ...settings },
})

const run = (settings: Settings, options: CompilerOptions = {}) =>
  compile(input(settings), { readImport: packageImports(), ...options })
const solc = (settings: Settings) => openSolc().run(input(settings), packageImports())

const object = (output: StandardJsonOutput, file: string, name: string) =>
  contractOf(output, name, file).evm?.bytecode?.object as string

describe('contracts without markers beside one with markers', () => {
  it('are compiled over the IR when the user says so', () => {
    const [ours, theirs] = [run({ viaIR: true }), solc({ viaIR: true })]
    for (const [file, name] of names) expect(contractOf(ours, name, file), name).toEqual(contractOf(theirs, name, file))
  })

  it('keep the legacy pipeline, but for those whose code one with markers embeds, and what is tied to them', async () => {
    const [ours, legacy, throughIR] = [run({}), solc({}), solc({ viaIR: true })]
    expect(contractOf(ours, 'Far', 'Far.sol')).toEqual(contractOf(legacy, 'Far', 'Far.sol'))
    expect(object(legacy, 'Far.sol', 'Far')).not.toBe(object(throughIR, 'Far.sol', 'Far'))
    for (const [file, name] of names.slice(1))
      expect(contractOf(ours, name, file), name).toEqual(contractOf(throughIR, name, file))

    // Both contracts that embed Child see the code that Child has as a contract.
    const hash = keccak256(`0x${object(ours, 'Child.sol', 'Child')}`)
    const { evm } = await setUp()
    expect(await (await deploy(evm, contractOf(ours, 'Marked', 'Marked.sol'))).value('code')).toBe(hash)
    const plain = await plainEVM()
    expect(await (await deploy(plain, contractOf(ours, 'OtherFactory', 'Other.sol'))).value('code')).toBe(hash)
  })

  it('do not depend on what else is selected', () => {
    const whole = run({})
    for (const [file, name] of [...names, ['Marked.sol', 'Marked'] as const]) {
      const alone = run({ outputSelection: { [file]: { [name]: ['*'] } } })
      expect(Object.keys(alone.contracts ?? {})).toEqual([file])
      expect(contractOf(alone, name, file), name).toEqual(contractOf(whole, name, file))
    }
  })

  it('come from the user’s own settings when no contract uses a marker after all', () => {
    const unused = { 'A.sol': { content: `${PREAMBLE}${IMPORT}contract A { function f() external pure {} }` } }
    const request = { ...input({}), sources: unused }
    const readImport = packageImports()
    expect(compile(request, { readImport })).toEqual(openSolc().run(request, readImport))
  })
})

describe('sources given by their place', () => {
  const request = (urls: string[]): StandardJsonInput => ({ ...input({}), sources: { 'M.sol': { urls } } })
  const readImport = packageImports((name) => {
    const content = sources[name.replace(/^.*\//, '') as keyof typeof sources]
    return content === undefined ? { error: `no ${name}` } : { contents: content }
  })

  it('are read once, from the first place that has them', () => {
    const output = compile(request(['/none/None.sol', '/there/Marked.sol']), { readImport })
    expect(errorsOf(output)).toEqual([])
    expect(contractOf(output, 'Marked', 'M.sol').tensorInstructions).toEqual({ TSPACE: 1 })
  })

  it('fail as with solc when no place has them', () => {
    const input = request(['/none/None.sol'])
    expect(compile(input, { readImport })).toEqual(openSolc().run(input, readImport))
  })
})

describe('threads', () => {
  it('give what one thread gives', () => {
    const functions = Array.from({ length: 12 }, (_, i) => {
      const body = `uint256 s = ${i}; for (uint256 j; j < x.length; ++j) s += x[j] * ${i + 1} + s / (j + 1);`
      return `function f${i}(uint256[] calldata x) external view returns (uint256, bytes memory) { ${body}
        return (s + TensorInstructions.tspace(), abi.encode(x, s)); }`
    })
    const contracts = ['A', 'B', 'C'].map((name) => `contract ${name} { ${functions.join('\n')} }`)
    const content = `${PREAMBLE}${IMPORT}${contracts.join('\n')}contract Plain { function f() external pure {} }`
    const request = { ...input({ optimizer: { enabled: false } }), sources: { 'A.sol': { content } } }
    const [one, three] = [1, 3].map((workers) => compile(request, { readImport: packageImports(), workers }))
    expect(errorsOf(one as StandardJsonOutput)).toEqual([])
    expect(three).toEqual(one)
  })
})

describe('another solc', () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'solc-'))
  })
  afterAll(() => rmSync(directory, { recursive: true }))
  const require = createRequire(import.meta.url)
  const soljson = require.resolve('solc/soljson.js')

  /** A program that does what solc does, and says that it is of this version. */
  function writeProgram(name: string, version: string): string {
    const path = join(directory, name)
    writeFileSync(
      path,
      `#!${process.execPath}
const solc = require(${JSON.stringify(require.resolve('solc'))})
if (process.argv[2] === '--version') console.log('solc, the solidity compiler commandline interface\\nVersion: ${version}')
else if (process.argv.slice(2).join(' ') !== '--standard-json --no-import-callback') process.exit(3)
else console.log(solc.compile(require('node:fs').readFileSync(0, 'utf8')))`,
    )
    chmodSync(path, 0o755)
    return path
  }

  it('may be a file in JavaScript or a program, which finds imports too', () => {
    const version = `${openSolc().version}.Linux.g++`
    // Assembly shows source text only of files that are in the input, where a program gets its imports.
    const outputs = ['abi', 'metadata', 'evm.bytecode', 'evm.deployedBytecode']
    const settings = {
      outputSelection: Object.fromEntries(Object.keys(sources).map((file) => [file, { '*': outputs }])),
    }
    const whole = run(settings)
    const program = openSolc(writeProgram('solc-native', version))
    expect(program.version).toBe(openSolc().version)
    expect(run(settings, { solc: program })).toEqual(whole)
    const file = openSolc(soljson)
    expect(file.version).toBe(openSolc().version)
    expect(run(settings, { solc: file })).toEqual(whole)
    expect(compilerVersion(file)).toBe(compilerVersion())
  })

  it.each([
    ['a path that is none', () => join(directory, 'none'), /none: no such file$/],
    [
      'an old version',
      () => writeProgram('old', '0.8.28+commit.7893614a.Linux.g++'),
      /0\.8\.28 is older than 0\.8\.29/,
    ],
    ['a program that is no compiler', () => writeProgram('other', 'something'), /does not say which version/],
    ['a program that fails', () => '/bin/false', /it ended with 1/],
    ['a file that can’t be run', () => __filename, /it can't be run: .*EACCES/],
    [
      'a script that is no compiler',
      () => {
        writeFileSync(join(directory, 'broken.js'), 'throw new Error("broken")')
        return join(directory, 'broken.js')
      },
      /it can't be loaded: broken$/,
    ],
  ])('is refused when it is %s', (_, path, message) => {
    expect(() => openSolc(path())).toThrow(RangeError)
    expect(() => openSolc(path())).toThrow(message)
  })
})

describe('a cache', () => {
  let cacheDirectory: string
  beforeAll(() => {
    cacheDirectory = join(mkdtempSync(join(tmpdir(), 'cache-')), 'deep', 'down')
  })
  afterAll(() => rmSync(join(cacheDirectory, '..', '..'), { recursive: true }))

  /** A solc that counts how often it runs. */
  function countingSolc() {
    const counting = { ...openSolc(), runs: 0, run: openSolc().run }
    counting.run = (...args) => {
      counting.runs++
      return openSolc().run(...args)
    }
    return counting
  }

  it('saves every run of solc for the same input, and none for another', () => {
    const first = countingSolc()
    const expected = run({}, { solc: first, cacheDirectory })
    expect(first.runs).toBeGreaterThan(2)
    const second = countingSolc()
    expect(run({}, { solc: second, cacheDirectory })).toEqual(expected)
    expect(second.runs).toBe(0)
    const third = countingSolc()
    expect(run({ viaIR: true }, { solc: third, cacheDirectory })).not.toEqual(expected)
    expect(third.runs).toBeGreaterThan(1)
  })

  it('knows when an import, or the compiler, is another one', () => {
    const request = {
      ...input({}),
      sources: { 'A.sol': { content: `${PREAMBLE}import "B.sol"; contract A is B {}` } },
    }
    const compileWith = (value: number, version = openSolc().version) => {
      const counting = Object.assign(countingSolc(), { version })
      const readImport = () => ({ contents: `${PREAMBLE}contract B { uint256 public constant x = ${value}; }` })
      const output = compile(request, { readImport, solc: counting, cacheDirectory })
      return { runs: counting.runs, code: object(output, 'A.sol', 'A') }
    }
    const [one, two, again] = [compileWith(1), compileWith(2), compileWith(2)]
    expect([one.runs, two.runs, again.runs]).toEqual([1, 1, 0])
    expect(two.code).not.toBe(one.code)
    expect(again.code).toBe(two.code)
    expect(compileWith(2, '0.8.99+commit.00000000').runs).toBe(1)
  })

  it('does without a file that was damaged, and without a directory that can’t be written', () => {
    const expected = run({}, { cacheDirectory })
    for (const name of readdirSync(cacheDirectory)) writeFileSync(join(cacheDirectory, name), 'damaged')
    const counting = countingSolc()
    expect(run({}, { solc: counting, cacheDirectory })).toEqual(expected)
    expect(counting.runs).toBeGreaterThan(2)
    expect(run({}, { cacheDirectory: '/dev/null/cache' })).toEqual(expected)
  })
})
