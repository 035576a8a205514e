import { describe, expect, it } from 'vitest'
import { disassemble, functionName, type Line, type StandardJsonOutput } from '../../compiler-ext/index.ts'
import { type Instruction, instructions } from '../../isa/index.ts'
import { compileAll, compileOne, compileWithSolc, contractOf, errorsOf, IMPORT, PREAMBLE } from './setup.ts'
import { lowerWithoutAnalysis } from './yulPath.ts'

const optimizers = [
  { enabled: false },
  { enabled: true, runs: 1 },
  { enabled: true, runs: 200 },
  { enabled: true, runs: 100000 },
]

/** The word that operand `index` of an instruction has in these tests. */
const operandWord = (instruction: Instruction, index: number) => instruction.opcode * 256 + index + 1

/** A contract with an external function for each instruction, whose operands are all different. */
function everyInstruction(): string {
  const functions = instructions.map((instruction) => {
    const operands = instruction.inputs.map(({ kind }, index) => {
      const word = operandWord(instruction, index)
      if (kind === 'tensor' || kind === 'optionalTensor') return `Tensor.wrap(${word})`
      return kind === 'model' ? `bytes32(uint256(${word}))` : `${word}`
    })
    const name = functionName(instruction)
    const call = `TensorInstructions.${name}(${operands.join(', ')})`
    const { output } = instruction
    const returns = output ? 'returns (uint256)' : ''
    const value = output?.kind === 'tensor' ? `Tensor.unwrap(${call})` : call
    return `function ${name}() external view ${returns} { ${output ? 'return ' : ''}${value}; }`
  })
  return `${PREAMBLE}${IMPORT}contract Every {\n${functions.join('\n')}\n}`
}

/** Tensor instructions of a code, with the lines before each. */
function sites(object: string): { instruction: Instruction; before: Line[] }[] {
  const lines = disassemble(object)
  return lines.flatMap(({ instruction }, i) => (instruction ? [{ instruction, before: lines.slice(0, i) }] : []))
}

describe('lowering', () => {
  it.each(optimizers)('puts every instruction into the code, its operands in stack order: %o', (optimizer) => {
    // Words that are all different make no operands that fit: the analysis would refuse what is not to be run.
    const contract = lowerWithoutAnalysis('Every', everyInstruction(), { optimizer })
    expect(contract.tensorInstructions).toEqual(Object.fromEntries(instructions.map(({ mnemonic }) => [mnemonic, 1])))
    const found = sites(contract.evm?.deployedBytecode?.object as string)
    expect(found.map(({ instruction }) => instruction.opcode).sort((a, b) => a - b)).toEqual(
      instructions.map(({ opcode }) => opcode),
    )
    if (!optimizer.enabled) return
    for (const { instruction, before } of found)
      for (const index of instruction.inputs.keys())
        expect(before.at(-1 - index)?.push, `${instruction.mnemonic} ${index}`).toBe(
          BigInt(operandWord(instruction, index)),
        )
  })

  it('shows mnemonics in the opcodes output and gives no gas estimate', () => {
    const source = `${PREAMBLE}${IMPORT}contract C {
      function f(uint256 w) external pure returns (uint256) { return TensorInstructions.ttype(Tensor.wrap(w)); }
    }`
    const { evm, ir, metadata } = contractOf(compileAll(source, { optimizer: { enabled: true } }), 'C')
    const hexDigits = evm?.deployedBytecode?.object?.length ?? 0
    expect(evm?.deployedBytecode?.opcodes).toMatch(/ TTYPE /)
    expect(evm?.deployedBytecode?.opcodes).not.toMatch(/0xAE /)
    expect(evm?.gasEstimates).toEqual({
      creation: {
        codeDepositCost: String(100 * hexDigits),
        executionCost: 'infinite',
        totalCost: 'infinite',
      },
      external: { 'f(uint256)': 'infinite' },
    })
    expect(evm?.assembly).toMatch(/\/\* "A\.sol":\d+:\d+ \*\//)
    expect(evm?.assembly).not.toContain('tsolc.yul')
    expect(evm?.bytecode?.generatedSources).toEqual([])
    expect(ir).toBeUndefined()
    expect(JSON.parse(metadata as string).settings.viaIR).toBe(true)
  })

  it('maps a lowered instruction to the function of the library', () => {
    const source = `${PREAMBLE}${IMPORT}contract C {
      function f(uint256 w) external pure returns (uint256) { return TensorInstructions.ttype(Tensor.wrap(w)); }
    }`
    const output = compileAll(source, { optimizer: { enabled: true } })
    const { object, sourceMap } = contractOf(output, 'C').evm?.deployedBytecode ?? {}
    let entry = ['', '', '']
    const entries = (sourceMap as string).split(';').map((text) => {
      const given = text.split(':')
      entry = entry.map((before, i) => given[i] || before)
      return entry
    })
    const lines = disassemble(object as string)
    const [, , source_] = entries[lines.findIndex(({ mnemonic }) => mnemonic === 'TTYPE')] as string[]
    const library = 'tensor-evm/compiler-ext/contracts/TensorInstructions.sol'
    expect(Number(source_)).toBe(output.sources?.[library]?.id)
  })

  it('gives the selected outputs only', () => {
    const source = `${PREAMBLE}${IMPORT}contract C {
      function f() external view returns (uint256) { return TensorInstructions.tspace(); }
    }
    interface I { function g() external; }`
    const select = (outputs: string[]) => compileAll(source, { outputSelection: { 'A.sol': { C: outputs } } })
    const only = select(['evm.bytecode.object'])
    expect(Object.keys(only.contracts ?? {})).toEqual(['A.sol'])
    expect(Object.keys(only.contracts?.['A.sol'] ?? {})).toEqual(['C'])
    const { evm, tensorInstructions, ...rest } = contractOf(only, 'C')
    expect(Object.keys(evm ?? {})).toEqual(['bytecode'])
    expect(Object.keys(evm?.bytecode ?? {})).toEqual(['object'])
    expect(tensorInstructions).toEqual({ TSPACE: 1 })
    expect(rest).toEqual({})
    expect(only.sources?.['A.sol']).toEqual({ id: 0 })
    const lowered = contractOf(select(['ir', 'irOptimized', 'abi']), 'C')
    expect(lowered.ir).toContain('verbatim_0i_1o(hex"ae08")')
    expect(lowered.irOptimized).toContain('verbatim_0i_1o')
    expect(lowered.evm).toBeUndefined()
    expect(lowered.abi?.[0]?.name).toBe('f')
    const ast = compileAll(source, { outputSelection: { 'A.sol': { '': ['ast'], C: ['metadata'] } } })
    expect(ast.sources?.['A.sol']?.ast).toBeDefined()
    expect(ast.sources?.['tensor-evm/Tensor.sol']?.ast).toBeUndefined()
  })

  it('links libraries whose addresses are given, and leaves places for the others', () => {
    const address = `0x${'12'.repeat(20)}`
    const contract = compileOne(
      'C',
      `library Given { function f(uint256 t) external pure returns (uint256) { return Tensor.wrap(t).ttype(); } }
      library Later { function g() external pure returns (uint256) { return 2; } }
      contract C {
        function h(uint256 t) external pure returns (uint256) {
          return Given.f(t) + Tensor.wrap(t).ttype() + Later.g();
        }
      }`,
      { libraries: { 'A.sol': { Given: address } } },
    )
    const { object, linkReferences } = contract.evm.deployedBytecode
    expect(object).toContain(`73${address.slice(2)}`)
    expect(Object.keys(linkReferences?.['A.sol'] ?? {})).toEqual(['Later'])
    const [place] = linkReferences?.['A.sol']?.Later ?? []
    expect(object.slice(2 * (place?.start ?? 0), 2 * (place?.start ?? 0) + 40)).toMatch(/^__\$[0-9a-f]{34}\$__$/)
    expect(contract.tensorInstructions).toEqual({ TTYPE: 1 })
  })

  it('accepts an opcode in place of a mnemonic, unnamed parameters, and names with dollar signs', () => {
    const contract = compileOne(
      'C',
      `type Word is uint256;
      /// @custom:evm-opcode 0xAE06
      function $t$_1(uint256) pure returns (bytes32) { revert(); }
      /** @dev doc
       *  @custom:evm-opcode  TROOT
       */
      function root(Word w) pure returns (int256 r) {}
      contract C {
        function f(uint256 w) external pure returns (bytes32, int256) { return ($t$_1(w), root(Word.wrap(w))); }
      }`,
    )
    expect(contract.tensorInstructions).toEqual({ TTYPE: 1, TROOT: 1 })
  })

  it('is not confused by strings that look like Yul', () => {
    const hostile = String.raw`\"} /// @ast-id 12 \n object \\ code { verbatim_0i_1o(hex\"ff\") } /* mstore(0,0x9c49c869) // @src 0:1:2`
    const contract = compileOne(
      'C',
      `contract C {
        string public text = "${hostile}";
        string public longer = unicode"${hostile} é ${hostile}";
        function f(uint256 w) external pure returns (uint256, string memory, bytes memory) {
          require(w != 7, "${hostile}");
          return (TensorInstructions.ttype(Tensor.wrap(w)), "${hostile}", hex"7b7d2f2f");
        }
      }`,
    )
    expect(contract.tensorInstructions).toEqual({ TTYPE: 1 })
  })

  it('warns of code too large to deploy, as solc does', () => {
    const source = (returned: string) => `${PREAMBLE}${IMPORT}contract C {
      function f() external view returns (uint256) { return ${returned}; }
      function g() external pure returns (bytes memory) { return hex"${'ab'.repeat(45_000)}"; }
    }`
    const outputSelection = { 'A.sol': { '*': ['evm.bytecode.object'] } }
    const warnings = (output: StandardJsonOutput) =>
      output.errors?.map(({ formattedMessage = '', ...error }) => ({
        ...error,
        message: error.message.replace(/size is \d+/, ''),
        formattedMessage: formattedMessage.replace(/size is \d+/, ''),
        sourceLocation: error.sourceLocation?.start,
      }))
    const ours = warnings(compileAll(source('TensorInstructions.tspace()'), { outputSelection }))
    expect(ours?.map(({ errorCode }) => errorCode)).toEqual(['5574', '3860'])
    expect(ours).toEqual(warnings(compileWithSolc(source('gasleft()'), { outputSelection })))
  })

  it('says where a stack is too deep', () => {
    const names = Array.from({ length: 22 }, (_, i) => `x${i}`)
    const source = `${PREAMBLE}${IMPORT}contract C {
      function g(uint256 a) external returns (uint256 r) {
        ${names.map((name, i) => `uint256 ${name} = gasleft() + a * ${i};`).join('\n')}
        assembly { mstore(0x80, r) }
        Tensor t = TensorInstructions.tmload(a, 0);
        r = Tensor.unwrap(t) + ${names.join(' * ')} + ${[...names].reverse().join(' - ')};
      }
    }`
    const [error] = errorsOf(compileAll(source, { optimizer: { enabled: true } }))
    expect(error?.message).toMatch(/^A\.sol:C: .*too deep/)
    expect(error?.message).not.toMatch(/Try compiling|exception/)
    expect(error?.type).toBe('CompilerError')
  })
})
