import { byteLength, formatType, type OperandKind, type TensorType } from '../isa/index.ts'
import { tensorPositions } from '../model/binding.ts'
import { type MachineStep, type Program, type Root, type SymbolicWord, valueTypes } from '../model/index.ts'
import { functionName } from './library.ts'

/** Instructions of one generated function: solc's optimizer slows down on a longer body. */
const PART_STEPS = 32

export type ContractParts = {
  readonly program: Program
  readonly name: string
  readonly root: Root
  /** The program as {@link lowerProgram} lowers it. */
  readonly steps: readonly MachineStep[]
  /** Whether the weights are in the code of an account. */
  readonly hasWeightsAccount: boolean
  readonly inputDoc: string | undefined
}

type Base = SymbolicWord['base']

/** Solidity type and name of each base, as parameters of the generated functions. */
const parameters: Readonly<Record<Base, { readonly type: string; readonly name: string }>> = {
  input: { type: 'uint256', name: 'input' },
  output: { type: 'uint256', name: 'output' },
  modelRoot: { type: 'bytes32', name: 'model' },
  weightsAddress: { type: 'uint256', name: 'weights' },
}

function hex(word: bigint): string {
  return `0x${word.toString(16)}`
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '    ')
}

function block(header: string, lines: readonly string[]): string {
  return `${header} {\n${lines.map(indent).join('\n')}\n}`
}

function expression(operand: bigint | SymbolicWord, kind: OperandKind): string {
  if (typeof operand !== 'bigint') {
    const { name } = parameters[operand.base]
    return operand.offset === 0n ? name : `${name} + ${operand.offset}`
  }
  if (kind === 'tensor' || kind === 'optionalTensor') return `Tensor.wrap(${operand})`
  if (kind === 'attributes' || kind === 'type') return hex(operand)
  const signed = BigInt.asIntN(256, operand)
  return signed < 0n ? `uint256(int256(${signed}))` : operand < 2n ** 64n ? `${operand}` : hex(operand)
}

function call({ instruction, operands }: MachineStep): string {
  const list = instruction.inputs.map(({ kind }, position) => expression(operands[position] as bigint, kind))
  return `TensorInstructions.${functionName(instruction)}(${list.join(', ')});`
}

/** Attributes as a comment shows them: those that are not zero when stored. */
function attributeText({ instruction, operands }: MachineStep): string {
  const position = instruction.inputs.findIndex(({ kind }) => kind === 'attributes')
  const values = instruction.attributes?.decode(operands[position] as bigint) ?? {}
  const fields = instruction.attributes?.fields ?? []
  const shown = fields.filter(({ name, bias }) => values[name] !== (bias ?? 0))
  return shown.map(({ name }) => ` ${name}=${values[name]}`).join('')
}

/** Handles of the tensors that a step takes. */
function takenHandles({ instruction, operands }: MachineStep): number[] {
  const words = operands.map((operand) => (typeof operand === 'bigint' ? operand : operand.offset))
  const isTensor = tensorPositions(instruction, words)
  return words.filter((word, position) => isTensor[position] && word !== 0n).map(Number)
}

/**
 * The statement of each step under a comment of the handle that it makes, its attributes and its types.
 *
 * @param types - types of the handles made so far; those that the steps make are added
 */
function statements(steps: readonly MachineStep[], types: TensorType[]): string[] {
  return steps.flatMap((step) => {
    const { instruction, result } = step
    const taken = takenHandles(step).map((handle) => formatType(types[handle - 1] as TensorType))
    if (result) types.push(result.type)
    const head = `${result ? `${types.length}: ` : ''}${instruction.mnemonic}${attributeText(step)}`
    const tail = `${taken.length > 0 ? ` (${taken.join(', ')})` : ''}${result ? ` -> ${formatType(result.type)}` : ''}`
    return [`// ${head}${tail}`, call(step)]
  })
}

function basesOf(steps: readonly MachineStep[]): Base[] {
  const operands = steps.flatMap((step) => step.operands)
  const used = new Set(operands.map((operand) => (typeof operand === 'bigint' ? undefined : operand.base)))
  return (Object.keys(parameters) as Base[]).filter((base) => used.has(base))
}

/** Loads of weights read state; everything else that a program does is pure. */
function mutability(steps: readonly MachineStep[]): 'view' | 'pure' {
  return basesOf(steps).some((base) => base === 'modelRoot' || base === 'weightsAddress') ? 'view' : 'pure'
}

/** A private function that runs some of the steps, and the call of it. */
function stepsFunction(name: string, steps: readonly MachineStep[], types: TensorType[]) {
  const bases = basesOf(steps).map((base) => parameters[base])
  const declared = bases.map((parameter) => `${parameter.type} ${parameter.name}`).join(', ')
  return {
    declaration: block(`function ${name}(${declared}) private ${mutability(steps)}`, [
      block('unchecked', statements(steps, types)),
    ]),
    call: `${name}(${bases.map((parameter) => parameter.name).join(', ')});`,
  }
}

function inParts(steps: readonly MachineStep[]): MachineStep[][] {
  const count = Math.ceil(steps.length / PART_STEPS)
  return Array.from({ length: count }, (_, part) => steps.slice(part * PART_STEPS, (part + 1) * PART_STEPS))
}

/** Local variables of the words that steps need and a contract knows. */
function locals(steps: readonly MachineStep[]): string[] {
  const bases = basesOf(steps)
  return [
    ...(bases.includes('modelRoot')
      ? [
          'bytes32 model = MODEL;',
          block('assembly ("memory-safe")', [
            '// Read back from memory, the root stays on the stack; as a constant, each load would spell it out.',
            'mstore(0, model)',
            'model := mload(0)',
          ]),
        ]
      : []),
    ...(bases.includes('weightsAddress') ? ['uint256 weights = uint256(uint160(WEIGHTS));'] : []),
  ]
}

function describe(types: readonly TensorType[]): string {
  return types.map(formatType).join(', ')
}

function totalBytes(types: readonly TensorType[]): number {
  return types.reduce((sum, type) => sum + byteLength(type), 0)
}

/** The function that runs everything up to the stores, behind a check of the input. */
function runFunction(steps: readonly MachineStep[], calls: readonly string[]): string {
  const usesInput = basesOf(steps).includes('input')
  return block(`function _run(bytes calldata data) private ${mutability(steps)}`, [
    'if (data.length != INPUT_BYTES) revert WrongInputLength(data.length, INPUT_BYTES);',
    ...(usesInput ? ['uint256 input;', block('assembly ("memory-safe")', ['input := data.offset'])] : []),
    ...locals(steps),
    ...calls,
  ])
}

function classifyFunction(state: string, scores: number, types: readonly TensorType[], inputDoc: string): string {
  const axis = (types[scores - 1] as TensorType).shape.length - 1
  const position = types.length + 1
  return [
    '/// @notice Runs the model and gives the position of the highest score, the lowest of equals.',
    `/// @param input ${inputDoc}`,
    '/// @return class position of the highest score',
    block(`function classify(bytes calldata input) external ${state} returns (uint256 class)`, [
      '_run(input);',
      `// ${position}: ARGMAX axis=${axis} (${formatType(types[scores - 1] as TensorType)}) -> int32`,
      `TensorInstructions.argmax(${axis}, Tensor.wrap(${scores}));`,
      `TensorInstructions.tmstore(Tensor.wrap(${position}), 0);`,
      block('assembly ("memory-safe")', [
        '// An int32 in little-endian order, below 2^24.',
        'let stored := mload(0)',
        'class := or(or(byte(0, stored), shl(8, byte(1, stored))), shl(16, byte(2, stored)))',
      ]),
    ]),
  ].join('\n')
}

/** Handle of the only output where it is a score for each of several classes, int8 [1,..,1,N]. */
function scoresHandle(program: Program, storing: readonly MachineStep[], types: readonly TensorType[]) {
  if (program.outputs.length !== 1) return undefined
  const handle = Number(storing[0]?.operands[0])
  const { dtype, shape } = types[handle - 1] as TensorType
  const classes = shape.at(-1) as number
  return dtype === 'int8' && classes > 1 && totalBytes([{ dtype, shape }]) === classes ? handle : undefined
}

const constructorSource = `/// @param weights account whose code is a STOP and then the canonical bytes of the weights
${block('constructor(address weights)', ['WEIGHTS = weights;'])}`

/** Source of a contract that runs a program. */
export function contractSource({ program, name, root, steps, hasWeightsAccount, inputDoc }: ContractParts): string {
  const valueType = valueTypes(program)
  const outputs = program.outputs.map((value) => valueType[value] as TensorType)
  const storeAt = steps.findIndex(({ instruction }) => instruction.mnemonic === 'TMSTORE')
  const [running, storing] = [steps.slice(0, storeAt), steps.slice(storeAt)]
  const types: TensorType[] = []
  const run = inParts(running).map((part, index) => stepsFunction(`_part${index}`, part, types))
  const store = stepsFunction('_store', storing, types)
  const state = mutability(steps)
  const scores = scoresHandle(program, storing, types)
  const inputText = inputDoc?.replace(/\s+/g, ' ').trim() ?? 'canonical bytes of the inputs, one after the other'

  const predict = [
    '/// @notice Runs the model.',
    `/// @param input ${inputText}`,
    '/// @return output canonical bytes of the outputs, one after the other',
    block(`function predict(bytes calldata input) external ${state} returns (bytes memory output)`, [
      '_run(input);',
      'output = new bytes(OUTPUT_BYTES);',
      'uint256 start;',
      block('assembly ("memory-safe")', ['start := add(output, 32)']),
      '_store(start);',
    ]),
  ].join('\n')
  const members = [
    `/// @notice Root of the model.\nbytes32 public constant MODEL = ${root};`,
    ...(hasWeightsAccount
      ? ['/// @notice Account whose code holds the weights.\naddress public immutable WEIGHTS;']
      : []),
    `uint256 private constant INPUT_BYTES = ${totalBytes(program.inputs)};`,
    `uint256 private constant OUTPUT_BYTES = ${totalBytes(outputs)};`,
    `/// @notice The input is not as long as the inputs of the model together.
error WrongInputLength(uint256 length, uint256 expected);`,
    ...(hasWeightsAccount ? [constructorSource] : []),
    predict,
    ...(scores === undefined ? [] : [classifyFunction(state, scores, types, inputText)]),
    runFunction(
      running,
      run.map((part) => part.call),
    ),
    ...run.map((part) => part.declaration),
    store.declaration,
  ]
  return `// SPDX-License-Identifier: Apache-2.0
// Generated by tensor-evm from a model. Do not edit.
pragma solidity ^0.8.29;

import {Tensor, TensorInstructions} from "tensor-evm/Tensor.sol";

/// @title Model ${root}
/// @notice Inputs: ${describe(program.inputs)}. Outputs: ${describe(outputs)}.
/// @dev Handles of tensors are literals, counted from 1 in the call frame. They hold because every function that runs the
/// model is external and makes no tensor before.
${block(`contract ${name}`, [members.join('\n\n')])}
`
}
