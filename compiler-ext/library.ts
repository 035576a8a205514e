import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import {
  dtypeCode,
  dtypes,
  EXTENSION,
  type Field,
  type Input,
  type Instruction,
  instructions,
  MAX_DIMENSION,
  MAX_RANK,
  MAX_REACH_LEAVES,
  type OperandKind,
} from '../isa/index.ts'

const NOT_LOWERED = 'TensorInstructionNotLowered(uint16)'

/**
 * First four bytes of the error that a marker's own body reverts with. As the right-aligned word that only such a body
 * contains, it shows a marker that was not lowered.
 */
export const notLoweredSelector: number = Number.parseInt(
  bytesToHex(keccak_256(utf8ToBytes(NOT_LOWERED)).subarray(0, 4)),
  16,
)

/** The two bytes of an instruction, `AE ss`, as a number. */
export function instructionWord(instruction: Instruction): number {
  return (EXTENSION << 8) | instruction.opcode
}

/** Name of an instruction's function in the library: `DEPTHWISE_CONV2D` becomes `depthwiseConv2d`. */
export function functionName(instruction: Instruction): string {
  return instruction.mnemonic.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

const solidityType: Readonly<Record<OperandKind, string>> = {
  tensor: 'Tensor',
  optionalTensor: 'Tensor',
  tensorOrWord: 'uint256',
  attributes: 'uint256',
  type: 'uint256',
  word: 'uint256',
  memory: 'uint256',
  account: 'uint256',
  model: 'bytes32',
}

// State outside the frame makes a function `view`; memory, calldata and the frame's own tensors leave it `pure`, as they
// do in inline assembly. TSPACE depends on every open frame, as gasleft() does.
function isView(instruction: Instruction): boolean {
  return (
    instruction.mnemonic === 'TSPACE' || instruction.inputs.some(({ kind }) => kind === 'account' || kind === 'model')
  )
}

/** Names that Solidity keeps for itself, of those that an operand or a field may have. */
const reservedWords = new Set(['type', 'after', 'byte', 'case', 'default', 'in', 'match', 'of', 'reference', 'var'])

/** A name for a parameter that neither is a keyword nor shadows a function of the library. */
function parameterName(name: string, kind: OperandKind, taken: ReadonlySet<string>): string {
  if (!reservedWords.has(name) && !taken.has(name)) return name
  return `${name}${solidityType[kind] === 'Tensor' ? 'Tensor' : 'Word'}`
}

/** `or(or(a, b), c)`: an expression that uses every operand. */
function anyOf(names: readonly string[]): string {
  return names.length === 0 ? '0' : names.reduce((left, right) => `or(${left}, ${right})`)
}

/** First line of a function, or its lines where one would be wider than 120 columns. */
function signature(name: string, parameters: readonly string[], rest: string): string {
  const line = `function ${name}(${parameters.join(', ')}) ${rest} {`
  return line.length <= 116 ? line : `function ${name}(\n    ${parameters.join(',\n    ')}\n) ${rest} {`
}

function markerFunction(instruction: Instruction, taken: ReadonlySet<string>): string {
  const name = (input: Input) => parameterName(input.name, input.kind, taken)
  const { output } = instruction
  const names = instruction.inputs.map(name)
  const doc = (input: Input) =>
    input.kind === 'attributes' ? `${input.doc}; see {${functionName(instruction)}Attributes}` : input.doc
  const parameters = instruction.inputs.map((input) => `${solidityType[input.kind]} ${name(input)}`)
  const mutability = isView(instruction) ? 'view' : 'pure'
  const result = output ? ` returns (${solidityType[output.kind]} ${output.name})` : ''
  return [
    `/// @notice ${instruction.summary}`,
    ...instruction.inputs.map((input) => `/// @param ${name(input)} ${doc(input)}`),
    ...(output ? [`/// @return ${output.name} ${output.doc}`] : []),
    `/// @custom:evm-opcode ${instruction.mnemonic}`,
    signature(functionName(instruction), parameters, `internal ${mutability}${result}`),
    '    assembly ("memory-safe") {',
    `        if ${isView(instruction) ? 'gas()' : 'mload(0x40)'} {`,
    `            mstore(0x00, ${hex(notLoweredSelector, 8)})`,
    `            mstore(0x20, ${hex(instructionWord(instruction), 4)})`,
    '            revert(0x1c, 0x24)',
    '        }',
    `        ${output ? `${output.name} := ${anyOf(names)}` : `pop(${anyOf(names)})`}`,
    '    }',
    '}',
  ].join('\n')
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`
}

/** A statement that packs one field. */
function packedField(field: Field, name: string, position: number): string {
  if (field.signed && field.bias) throw new RangeError(`${field.name}: a signed field with a bias cannot be packed`)
  const value = field.signed
    ? `_signed("${field.name}", ${name}, ${field.bits})`
    : `_unsigned("${field.name}", ${name}, ${field.bits}, ${field.bias ?? 0})`
  return `word ${position === 0 ? '= ' : '|= '}${value}${position === 0 ? '' : ` << ${position}`};`
}

function attributesFunction(instruction: Instruction, taken: ReadonlySet<string>): string | undefined {
  const fields = instruction.attributes?.fields
  if (fields === undefined) return undefined
  const name = (field: Field) => parameterName(field.name, 'word', taken)
  const parameters = fields.map((field) => `${field.signed ? 'int256' : 'uint256'} ${name(field)}`)
  let position = 0
  const statements = fields.map((field) => {
    const statement = packedField(field, name(field), position)
    position += field.bits
    return `    ${statement}`
  })
  return [
    `/// @notice Attribute word of {${functionName(instruction)}}.`,
    ...fields.map((field) => `/// @param ${name(field)} ${field.doc}`),
    '/// @return word the packed fields',
    signature(`${functionName(instruction)}Attributes`, parameters, 'internal pure returns (uint256 word)'),
    ...statements,
    '}',
  ].join('\n')
}

const ranks = Array.from({ length: MAX_RANK }, (_, index) => index + 1)
const axes = (rank: number) => Array.from({ length: rank }, (_, axis) => axis)

function typeFunction(rank: number): string {
  const parameters = axes(rank).map((axis) => `uint256 d${axis}`)
  return [
    `/// @notice Type word of a tensor of rank ${rank}.`,
    `/// @param dtype ${dtypes.map((dtype) => dtype.toUpperCase()).join(', ')}`,
    ...axes(rank).map((axis) => `/// @param d${axis} dimension, 1..2^24-1${axis === 0 ? ', outermost' : ''}`),
    '/// @return word the type word',
    signature('tensorType', ['uint256 dtype', ...parameters], 'internal pure returns (uint256 word)'),
    `    word = _range("dtype", dtype, 1, ${dtypes.length}) | ${rank} << 8;`,
    ...axes(rank).map((axis) => `    word |= _range("d${axis}", d${axis}, 1, ${MAX_DIMENSION}) << ${16 + 32 * axis};`),
    '}',
  ].join('\n')
}

function axisWordFunction(rank: number): string {
  const parameters = axes(rank).map((axis) => `uint256 v${axis}`)
  return [
    `/// @notice Word of ${rank} 32-bit values, one an axis, as slice and tile take them.`,
    ...axes(rank).map((axis) => `/// @param v${axis} 0..2^32-1${axis === 0 ? ', of the outermost axis' : ''}`),
    '/// @return word the packed values',
    signature('axisWord', parameters, 'internal pure returns (uint256 word)'),
    ...axes(rank).map((axis) => {
      const value = `_unsigned("v${axis}", v${axis}, 32, 0)`
      return axis === 0 ? `    word = ${value};` : `    word |= ${value} << ${32 * axis};`
    }),
    '}',
  ].join('\n')
}

const constants = [
  ...dtypes.map((dtype) => `uint256 internal constant ${dtype.toUpperCase()} = ${dtypeCode[dtype]};`),
  '/// @dev Most axes of a tensor.',
  `uint256 internal constant MAX_RANK = ${MAX_RANK};`,
  '/// @dev Greatest dimension of a tensor.',
  `uint256 internal constant MAX_DIMENSION = ${MAX_DIMENSION};`,
  '/// @dev Most leaves of 256 bytes that one output element may read of its operands.',
  `uint256 internal constant MAX_REACH_LEAVES = ${MAX_REACH_LEAVES};`,
]

const rangeChecks = `function _range(bytes32 field, uint256 value, uint256 low, uint256 high) private pure returns (uint256) {
    if (value < low || value > high) revert TensorFieldOutOfRange(field, int256(low), int256(high));
    return value;
}

// A value below the bias wraps around and is too large.
function _unsigned(bytes32 field, uint256 value, uint256 bits, uint256 bias) private pure returns (uint256 stored) {
    unchecked {
        stored = value - bias;
        if (stored >> bits != 0) revert TensorFieldOutOfRange(field, int256(bias), int256((1 << bits) - 1 + bias));
    }
}

function _signed(bytes32 field, int256 value, uint256 bits) private pure returns (uint256 stored) {
    unchecked {
        uint256 half = 1 << (bits - 1);
        if ((uint256(value) + half) >> bits != 0) revert TensorFieldOutOfRange(field, -int256(half), int256(half - 1));
        stored = uint256(value) & ((1 << bits) - 1);
    }
}`

/** Instructions whose functions are methods of a tensor: the checked libraries have functions by the names of all others. */
const attached = ['TMSTORE', 'TTYPE', 'TROOT', 'TADD', 'TSUB']

const attachedFunctions = instructions
  .filter(({ mnemonic }) => attached.includes(mnemonic))
  .map((instruction) => `    TensorInstructions.${functionName(instruction)}`)
  .join(',\n')

const header = `// SPDX-License-Identifier: Apache-2.0
// Generated from the instruction declarations by \`npm run generate\`. Do not edit.
pragma solidity ^0.8.29;

import {minus, negated, plus, TensorArithmetic, times} from "./TensorArithmetic.sol";
import {TensorContents} from "./TensorContents.sol";
import {TensorLayers} from "./TensorLayers.sol";
import {TensorLayout} from "./TensorLayout.sol";
import {TensorPools} from "./TensorPools.sol";
import {TensorReductions} from "./TensorReductions.sol";
import {Tensors} from "./Tensors.sol";

/// @notice A handle of a tensor, valid in the call frame that made it. Tensor.wrap(0) is "none" for an optional operand.
type Tensor is uint256;

/// @notice The code was compiled without lowering: compile it with tsolc.
error ${NOT_LOWERED.replace(')', ' opcode)')};

/// @notice A field of an attribute word, a type word or an axis word is out of its range.
error TensorFieldOutOfRange(bytes32 field, int256 low, int256 high);

using Tensors for Tensor global;
using TensorContents for Tensor global;
using TensorArithmetic for Tensor global;
using TensorReductions for Tensor global;
using TensorLayers for Tensor global;
using TensorPools for Tensor global;
using TensorLayout for Tensor global;
using {plus as +, minus as -, times as *, negated as -} for Tensor global;
using {
${attachedFunctions}
} for Tensor global;

/// @title Tensor instructions
/// @notice One function an instruction, and builders of the words that instructions take. tsolc replaces the body of each
/// function that has an evm-opcode tag by that instruction; operands are in stack order, the top of the stack first. With
/// a plain solc the body stays, and a call reverts with TensorInstructionNotLowered. An operand that does not fit halts and
/// takes all gas of the frame; the functions attached to Tensor under the instructions' own names check first, and revert.`

/** Source of the Solidity library: a marker function an instruction, and builders of type and attribute words. */
export function instructionLibrary(): string {
  const taken = new Set(instructions.map(functionName))
  const members = [
    constants.join('\n'),
    ...instructions.map((instruction) => markerFunction(instruction, taken)),
    ...ranks.map(typeFunction),
    ...ranks.map(axisWordFunction),
    ...instructions.map((instruction) => attributesFunction(instruction, taken)).filter((text) => text !== undefined),
    rangeChecks,
  ]
  const body = members.map((member) => member.replace(/^(?=.)/gm, '    ')).join('\n\n')
  return `${header}\nlibrary TensorInstructions {\n${body}\n}\n`
}
