import { beforeAll, describe, expect, it } from 'vitest'
import { interpret } from '../../../compiler-ext/analysis/interpreter.ts'
import { parseCode } from '../../../compiler-ext/analysis/parseYul.ts'
import { openSolc } from '../../../compiler-ext/solc.ts'
import { tokenizeYul } from '../../../compiler-ext/yul.ts'
import { yulInput, yulResult } from '../../../compiler-ext/yulCompile.ts'
import { haltCodeOf } from '../../../evm-ext/errors.ts'
import type { TensorEVM } from '../../../evm-ext/tensorEVM.ts'
import { encodeType, type HaltCode, type Instruction, instructions, type TensorType } from '../../../isa/index.ts'
import { call, putCode, setUp } from '../../evm-ext/setup.ts'
import { type Random, randomFrom } from '../../model/randomProgram.ts'

// A model is not known to the analysis, so it can't know that none is registered.
const used = instructions.filter(({ mnemonic }) => mnemonic !== 'TMODELLOAD')
// Of these, the analysis knows what they give.
const known = used.filter(({ mnemonic }) => mnemonic !== 'TSPACE' && mnemonic !== 'TROOT')
const frees = used.filter(({ mnemonic }) => mnemonic === 'TFREE')
const loads = used.filter(({ mnemonic }) => mnemonic === 'TCALLDATALOAD')

const types: readonly TensorType[] = [
  { dtype: 'int8', shape: [2, 4] },
  { dtype: 'int8', shape: [4] },
  { dtype: 'int32', shape: [2, 4] },
  { dtype: 'int32', shape: [4] },
  { dtype: 'int32', shape: [2] },
  { dtype: 'int16', shape: [4] },
  { dtype: 'int8', shape: [1, 4, 4, 2] },
  { dtype: 'int8', shape: [2, 2, 2, 2] },
  { dtype: 'int8', shape: [2, 2, 4] },
  { dtype: 'int32', shape: [256] },
]

const words = [0n, 1n, 2n, 3n, 1n | (1n << 32n), 2n | (1n << 32n), 2n | (4n << 32n), (1n << 256n) - 1n]

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)] as T
}

function attributeWord(random: Random, { attributes: layout, mnemonic }: Instruction): bigint {
  if (layout === undefined || random(3) === 0) return 0n
  if (random(12) === 0) return BigInt(random(2 ** 30)) << BigInt(random(200))
  if (mnemonic === 'RESCALE') return layout.encode({ dtype: 1 + random(3), perChannel: random(3), low: -1, high: 1 })
  const values = layout.fields.map(({ name, bits, bias = 0 }) => [name, bias + (random(3) === 0 && bits > 2 ? 1 : 0)])
  return layout.encode(Object.fromEntries(values))
}

/** An operand: a variable of a function that has `count` of them, or a literal. */
function operand(random: Random, instruction: Instruction, kind: string, count: number): string {
  const variable = () => `v${random(count)}`
  switch (kind) {
    case 'tensor':
      return random(4) === 0 ? String(random(24) === 0 ? 0 : 1 + random(count)) : variable()
    case 'optionalTensor':
      return random(2) === 0 ? '0' : variable()
    case 'tensorOrWord':
      return random(2) === 0 ? variable() : String(random(40))
    case 'attributes':
      return `0x${attributeWord(random, instruction).toString(16)}`
    case 'type':
      return random(10) === 0 ? String(random(2 ** 30)) : `0x${encodeType(pick(random, types)).toString(16)}`
    case 'memory':
      return String(random(200))
    default:
      if (instruction.mnemonic === 'TFREE') return random(6) === 0 ? variable() : String(1 + random(3))
      return random(8) === 0 ? variable() : `0x${pick(random, words).toString(16)}`
  }
}

/** A call of an instruction at a site of its own, and then a TFREE that frees nothing and shows that the site was passed. */
function site(random: Random, instruction: Instruction, count: number, number: number): string {
  const operands = instruction.inputs.map(({ kind }) => operand(random, instruction, kind, count))
  const invoked = `/// @src 0:${number}:${number}\n${instruction.mnemonic}(${operands.join(', ')})`
  const result = `v${random(3) === 0 ? random(count) : count - 1}`
  return `${instruction.output ? `${result} := ${invoked}` : invoked}\n/// @src -1:-1:-1\nTFREE(${number}, 0)`
}

/** Sites of each function begin at a multiple of this, above all handles. */
const SITES = 1000
const VARIABLES = 6
/** Where the contract is, above the precompiles. */
const ADDRESS = 0xf00

/** A function that makes tensors and computes with them. With branches, calldata decides what is run. */
function randomFunction(random: Random, index: number, hasBranches: boolean): string {
  let number = (index + 1) * SITES
  const variables = Array.from({ length: VARIABLES }, (_, i) => `let v${i} := 0`)
  const lines = Array.from({ length: 9 }, (_, i) => {
    const count = Math.min(i + 1, VARIABLES)
    const others = random(6) === 0 ? frees : hasBranches ? used : known
    const instruction = pick(random, i < 3 || random(4) === 0 ? loads : others)
    const text = site(random, instruction, count, number++)
    if (!hasBranches || i < 2) return text
    const bit = `byte(${random(32)}, calldataload(4))`
    switch (random(6)) {
      case 0:
        return `if and(${bit}, 1) { ${text} }`
      case 1:
        return `switch and(${bit}, 3) case 0 { ${text} } case 1 { ${site(random, pick(random, used), count, number++)} } default { v0 := v${random(count)} }`
      case 2:
        return `for { let i := 0 } lt(i, and(${bit}, 3)) { i := add(i, 1) } { ${text} if eq(i, 1) { ${random(2) ? 'break' : 'continue'} } v${random(count)} := v${random(count)} }`
      case 3:
        return `for { let i := 0 } lt(i, 3) { i := add(i, 1) } { if and(shr(i, ${bit}), 1) { continue } ${text} }`
      case 4:
        return `if and(${bit}, 7) { ${text} leave }`
      default:
        return text
    }
  })
  return `function f${index}() { ${variables.join(' ')}\n${lines.join('\n')} }`
}

/** Yul of a contract whose functions have the selectors 0, 1, .. */
function contractText(functions: readonly string[]): string {
  const wrappers = used.map(({ mnemonic, opcode, inputs, output }) => {
    const parameters = inputs.map((_, i) => `p${i}`)
    const bytes = `hex"ae${opcode.toString(16).padStart(2, '0')}"`
    const call = `verbatim_${inputs.length}i_${output ? 1 : 0}o(${[bytes, ...parameters].join(', ')})`
    return `function ${mnemonic}(${parameters.join(', ')}) ${output ? `-> r { r := ${call} }` : `{ ${call} }`}`
  })
  const cases = functions.map((_, i) => `case ${i} { f${i}() return(0, 0) }`)
  return `object "Random" { code { datacopy(0, dataoffset("R"), datasize("R")) return(0, datasize("R")) }
    object "R" { code {
      switch shr(224, calldataload(0)) ${cases.join('\n')}
      ${[...wrappers, ...functions].join('\n')}
    } } }`
}

/** Sites that always halt according to the analysis, and why. */
function analysed(text: string): Map<number, HaltCode> {
  const tokens = tokenizeYul(text)
  const halts = new Map<number, HaltCode>()
  const passed = new Set<number>()
  const code = tokens.findLastIndex(({ text: word }) => word === 'code')
  interpret(parseCode(tokens, code), {
    onInstruction(_, halt, path) {
      const number = path.at(-1)?.position?.start as number
      if (halt) halts.set(number, halt.error.code)
      else passed.add(number)
    },
    watches: () => false,
    onEnd: () => expect.unreachable(),
  })
  for (const number of passed) halts.delete(number)
  return halts
}

describe('what the analysis says is what the machine does', () => {
  const random = randomFrom(2024)
  let evm: TensorEVM

  async function deploy(text: string): Promise<void> {
    const { contract, errors } = yulResult(openSolc().run(yulInput(text, {}, ['evm.deployedBytecode.object'])))
    expect(errors).toBeUndefined()
    const { evm: machine, state } = await setUp()
    evm = machine
    await putCode(state, ADDRESS, Buffer.from(contract?.evm?.deployedBytecode?.object as string, 'hex'))
  }

  /** Runs a function: the sites that it passed, and how it halted. */
  async function run(index: number): Promise<{ passed: Set<number>; halt: HaltCode | undefined }> {
    const passed = new Set<number>()
    evm.onInstruction = ({ instruction, operands: [handle, count] }) => {
      if (instruction.mnemonic === 'TFREE' && count === 0n) passed.add(Number(handle))
    }
    const data = Buffer.alloc(200)
    data.writeUInt32BE(index)
    for (let i = 4; i < data.length; i++) data[i] = random(256)
    const { execResult } = await call(evm, ADDRESS, { data, gasLimit: 100_000_000n })
    const halt = haltCodeOf(execResult.exceptionError)
    if (execResult.exceptionError && halt === undefined) throw new Error(`${index}: ${execResult.exceptionError.error}`)
    return { passed, halt }
  }

  describe('without branches', () => {
    const functions = Array.from({ length: 40 }, (_, i) => randomFunction(random, i, false))
    const text = contractText(functions)
    beforeAll(() => deploy(text), 60_000)

    it('it halts where that is said, for that reason, and nowhere else', async () => {
      const halts = analysed(text)
      const codes = new Set<HaltCode>()
      for (const index of functions.keys()) {
        const said = [...halts].filter(([number]) => Math.floor(number / SITES) === index + 1)
        const { passed, halt } = await run(index)
        expect(
          [halt].filter((code) => code !== undefined),
          functions[index],
        ).toEqual(said.map(([, code]) => code))
        // The first site that was not passed is the one that halts.
        let next = (index + 1) * SITES
        while (passed.has(next)) next++
        if (halt) expect(said[0]?.[0], functions[index]).toBe(next)
        if (halt) codes.add(halt)
      }
      expect([...codes].sort()).toEqual(['BadAttribute', 'BadHandle', 'BadTypeWord', 'ShapeMismatch', 'TypeMismatch'])
    })
  })

  describe('with branches and loops', () => {
    const functions = Array.from({ length: 60 }, (_, i) => randomFunction(random, i, true))
    const text = contractText(functions)
    beforeAll(() => deploy(text), 60_000)

    it('it never gets past a place that is said to halt', async () => {
      const halts = analysed(text)
      expect(halts.size).toBeGreaterThan(functions.length / 2)
      let reached = 0
      for (const index of functions.keys())
        for (let round = 0; round < 16; round++) {
          const { passed, halt } = await run(index)
          for (const number of passed) expect(halts.has(number), `${number}: ${functions[index]}`).toBe(false)
          if (halt) reached++
        }
      expect(reached).toBeGreaterThan(functions.length)
    })
  })
})
