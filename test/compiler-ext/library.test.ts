import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { functionName, instructionLibrary, openSolc, packageImports } from '../../compiler-ext/index.ts'
import { notLoweredSelector } from '../../compiler-ext/library.ts'
import { readPackageSource } from '../../compiler-ext/package.ts'
import { encodeAxisWord } from '../../isa/axisWord.ts'
import { dtypeCode, encodeType, type Field, type Instruction, instructions } from '../../isa/index.ts'
import { compileWithSolc, contractOf, deploy, IMPORT, PREAMBLE, plainEVM } from './setup.ts'

const library = instructionLibrary()

type LibraryFunction = { name: string; parameters: string[]; mutability: string; result: string | undefined }

/** The internal functions of the library's text. */
function libraryFunctions(): LibraryFunction[] {
  const pattern = /^ {4}function (\w+)\(([^)]*)\) internal (pure|view)(?: returns \((\w+) \w+\))? \{/gm
  return [...library.matchAll(pattern)].map(([, name, list = '', mutability, result]) => ({
    name: name as string,
    parameters: list.split(',').flatMap((item) => item.trim().split(' ')[0] || []),
    mutability: mutability as string,
    result,
  }))
}

const mnemonics = new Set(instructions.map(functionName))

/** A contract with an external function for each function of an instruction, which calls it with small words. */
function caller(): string {
  const markers = libraryFunctions().filter(({ name }) => mnemonics.has(name))
  const body = markers.map(({ name, parameters, mutability, result }) => {
    const argument = (type: string) =>
      type === 'Tensor' ? 'Tensor.wrap(1)' : type === 'bytes32' ? 'bytes32(uint256(1))' : '1'
    const call = `TensorInstructions.${name}(${parameters.map(argument).join(', ')})`
    const returns = result ? ` returns (${result})` : ''
    return `function ${name}() external ${mutability}${returns} { ${result ? 'return ' : ''}${call}; }`
  })
  return `${PREAMBLE}${IMPORT}contract Caller {\n${body.join('\n')}\n}`
}

describe('the Solidity library', () => {
  it('attaches the instructions that no checked function has the name of', () => {
    const list = /^using \{([^}]*)\} for Tensor global;$/gm
    const [, methods = ''] = [...library.matchAll(list)].map(([, names]) => names as string)
    expect(methods.split(',').map((name) => name.trim().split('.')[1])).toEqual([
      'tmstore',
      'ttype',
      'troot',
      'tadd',
      'tsub',
    ])
  })

  it('has a function for each instruction, with its operands in stack order', () => {
    const functions = new Map(libraryFunctions().map((item) => [item.name, item]))
    for (const instruction of instructions) {
      const found = functions.get(functionName(instruction))
      expect(found?.parameters.length, instruction.mnemonic).toBe(instruction.inputs.length)
      expect(found?.result === undefined, instruction.mnemonic).toBe(instruction.output === undefined)
    }
    expect(functionName({ mnemonic: 'DEPTHWISE_CONV2D' } as Instruction)).toBe('depthwiseConv2d')
  })

  it('is what the repository holds', () => {
    expect(readPackageSource('tensor-evm/compiler-ext/contracts/TensorInstructions.sol')).toBe(library)
  })

  it.each([
    ['legacy', false, false],
    ['legacy, optimized', false, true],
    ['IR', true, false],
    ['IR, optimized', true, true],
  ])('compiles with a plain solc without a warning, and reverts when called: %s', async (_, viaIR, enabled) => {
    const outputSelection = { '*': { '*': ['abi', 'evm.bytecode.object'] } }
    const output = compileWithSolc(caller(), { viaIR, optimizer: { enabled }, outputSelection })
    expect(output.errors?.map(({ formattedMessage }) => formattedMessage)).toBeUndefined()
    const contract = await deploy(await plainEVM(), contractOf(output, 'Caller'))
    const selector = notLoweredSelector.toString(16).padStart(8, '0')
    for (const instruction of instructions) {
      const { error, data } = await contract.call(functionName(instruction))
      expect(error).toBe('revert')
      expect(data).toBe(`0x${selector}${(0xae00 | instruction.opcode).toString(16).padStart(64, '0')}`)
    }
  })
})

describe('the checked libraries', () => {
  const textsOf = (folder: URL) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.sol'))
      .map((file) => [file, readFileSync(new URL(file, folder), 'utf8')] as const)

  it('call every instruction', () => {
    const checked = textsOf(new URL('../../compiler-ext/contracts/', import.meta.url))
      .filter(([file]) => file !== 'TensorInstructions.sol')
      .map(([, text]) => text)
      .join('\n')
    const missing = [...mnemonics].filter((name) => !checked.includes(`TensorInstructions.${name}(`))
    expect(missing).toEqual([])
  })

  it('compile with a plain solc without a warning, all of them, and revert when called', async () => {
    const sources = textsOf(new URL('library/', import.meta.url)).map(([file, content]) => [
      `library/${file}`,
      { content },
    ])
    const output = openSolc().run(
      {
        language: 'Solidity',
        sources: Object.fromEntries(sources),
        settings: { outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
      },
      packageImports(),
    )
    expect(output.errors?.map(({ formattedMessage }) => formattedMessage)).toBeUndefined()
    const contract = await deploy(await plainEVM(), contractOf(output, 'InOut', 'library/InOut.sol'))
    const { error, data } = await contract.call('scalar', 5)
    expect(error).toBe('revert')
    expect(data).toBe(`0x${notLoweredSelector.toString(16).padStart(8, '0')}${(0xae01).toString(16).padStart(64, '0')}`)
  })
})

/** Values at both ends of a field and in between. */
function sampleValues({ bits, signed, bias = 0 }: Field): number[] {
  return signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1, -1] : [bias, 2 ** bits - 1 + bias, bias + 1]
}

function outOfRange({ bits, signed, bias = 0 }: Field): bigint[] {
  const [low, high] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [bias, 2 ** bits - 1 + bias]
  return [...(signed || bias > 0 ? [BigInt(low) - 1n] : []), BigInt(high) + 1n, 2n ** 255n - 1n]
}

describe('word builders', () => {
  const withAttributes = instructions.filter(({ attributes }) => attributes !== undefined)
  const externals = withAttributes.map((instruction) => {
    const name = `${functionName(instruction)}Attributes`
    const fields = instruction.attributes?.fields ?? []
    const parameters = fields.map(({ signed }, i) => `${signed ? 'int256' : 'uint256'} v${i}`)
    const values = fields.map(({ signed }, i) => (signed ? `v[${i}]` : `uint256(v[${i}])`))
    return `function ${name}(int256[${parameters.length}] calldata v) external pure returns (uint256) {
      return TensorInstructions.${name}(${values.join(', ')});
    }`
  })
  const ranks = [1, 2, 3, 4, 5, 6]
  const list = (rank: number, letter: string) => Array.from({ length: rank }, (_, i) => `${letter}[${i}]`).join(', ')
  const words = ranks.map(
    (rank) => `function type${rank}(uint256 dtype, uint256[${rank}] calldata d) external pure returns (uint256) {
      return TensorInstructions.tensorType(dtype, ${list(rank, 'd')});
    }
    function axis${rank}(uint256[${rank}] calldata v) external pure returns (uint256) {
      return TensorInstructions.axisWord(${list(rank, 'v')});
    }`,
  )
  const source = `${PREAMBLE}${IMPORT}contract Words {
    function code16() external pure returns (uint256) { return TensorInstructions.INT16; }
    ${[...externals, ...words].join('\n')}
  }`
  const open = async () => {
    const outputSelection = { '*': { '*': ['abi', 'evm.bytecode.object'] } }
    const output = compileWithSolc(source, { viaIR: false, outputSelection })
    return deploy(await plainEVM(), contractOf(output, 'Words'))
  }

  it('pack attributes as the declarations read them, and refuse what does not fit', async () => {
    const contract = await open()
    for (const instruction of withAttributes) {
      const layout = instruction.attributes
      if (layout === undefined) continue
      const name = `${functionName(instruction)}Attributes`
      for (const pick of [0, 1, 2]) {
        const values = layout.fields.map((field) => sampleValues(field)[pick] as number)
        const word = await contract.value(name, values)
        expect(layout.decode(word as bigint), name).toEqual(
          Object.fromEntries(layout.fields.map((field, i) => [field.name, values[i]])),
        )
      }
      const base = layout.fields.map((field) => BigInt(sampleValues(field)[0] as number))
      for (const [i, field] of layout.fields.entries())
        for (const bad of outOfRange(field)) {
          const { error, data } = await contract.call(name, base.with(i, bad))
          expect(error, `${name} ${field.name} ${bad}`).toBe('revert')
          const { bits, signed, bias = 0 } = field
          const low = signed ? -(2n ** BigInt(bits - 1)) : BigInt(bias)
          const high = signed ? 2n ** BigInt(bits - 1) - 1n : 2n ** BigInt(bits) - 1n + BigInt(bias)
          const [named, ...range] = contract.abi.decodeErrorResult('TensorFieldOutOfRange', data)
          expect(Buffer.from(String(named).slice(2), 'hex').toString().replaceAll('\0', '')).toBe(field.name)
          expect(range).toEqual([low, high])
        }
    }
  })

  it('make type words and axis words of every rank', async () => {
    const contract = await open()
    for (const rank of ranks) {
      const shape = Array.from({ length: rank }, (_, axis) => axis + 2)
      expect(await contract.value(`type${rank}`, dtypeCode.int32, shape)).toBe(encodeType({ dtype: 'int32', shape }))
      const values = shape.map((size) => size * 2 ** 28)
      expect(await contract.value(`axis${rank}`, values)).toBe(encodeAxisWord(values))
    }
    const largest = 2 ** 24 - 1
    expect(await contract.value('type1', 1, [largest])).toBe(encodeType({ dtype: 'int8', shape: [largest] }))
    for (const [dtype, size] of [
      [0, 1],
      [4, 1],
      [1, 0],
      [1, largest + 1],
    ] as const)
      expect((await contract.call('type1', dtype, [size])).error).toBe('revert')
    expect((await contract.call('axis1', [2 ** 32])).error).toBe('revert')
    expect(await contract.value('code16')).toBe(2n)
  })
})
