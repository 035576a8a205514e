import { byteLength } from '../../isa/index.ts'
import type { Program } from '../../model/index.ts'
import type { Settings } from '../standardJson.ts'
import { BLOB_BYTES, MASK_ADDRESS, type PlainArithmetic } from './context.ts'
import { LANE_MASK } from './dot.ts'
import { type PlainPlan, planProgram } from './plan.ts'
import { codeBytes } from './yul.ts'

/** Largest code of an account (EIP-170). */
const MAX_CODE_BYTES = 24576
/** Code of the dispatch and of what surrounds the model. */
const FRAME_BYTES = 400
/** Code that keeps the address of an account. */
const IMMUTABLE_BYTES = 43
/** An estimate is no more than this times the code. */
const ESTIMATE_MARGIN = 1.35

export type PlainContractOptions = {
  /** Name of the contract: a capital letter, then letters, digits and underscores. `PlainModel` unless given. */
  readonly name?: string
  readonly arithmetic: PlainArithmetic
}

/** A contract that runs a model with ordinary opcodes alone. */
export type PlainContract = {
  readonly name: string
  /** Solidity without imports; compile it with {@link plainSettings}. */
  readonly source: string
  /**
   * Init code of each account that holds a part of the weights. The constructor takes their addresses in this order, as
   * `address[n]`; it has no argument where there are none.
   */
  readonly dataInitCodes: readonly Uint8Array[]
  readonly facts: {
    /** Multiply-accumulates of an inference, padding included. */
    readonly macs: number
    /** Bytes in the accounts that hold weights, factors and tables, without the STOP of each. */
    readonly weightBytes: number
    /** Accounts that hold them. */
    readonly blobs: number
    /** Bytes of memory that an inference takes. */
    readonly memoryBytes: number
    /** About the bytes of the contract's code. */
    readonly codeBytes: number
    /** Whether that is within EIP-170's limit for the code of an account. */
    readonly fits: boolean
  }
}

/** Settings of solc that the source is written for. */
export const plainSettings: Settings = { viaIR: true, optimizer: { enabled: true, runs: 1_000_000 } }

/** Code that deploys STOP and these bytes as the code of an account. */
function initCode(bytes: Uint8Array): Uint8Array {
  const length = bytes.length + 1
  // PUSH2 length, DUP1, PUSH1 10 (where the code begins), PUSH0, CODECOPY, PUSH0, RETURN
  return Uint8Array.of(0x61, length >> 8, length & 0xff, 0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3, 0, ...bytes)
}

/** The step whose code goes beyond `limit` bytes, as far as the estimate goes. */
function stepAt({ functions }: PlainPlan, limit: number): string {
  let bytes = 0
  let step = '0'
  for (const lines of functions) {
    bytes += codeBytes(lines)
    step = /^\/\/ step (.*)$/.exec(lines[0] ?? '')?.[1] ?? step
    if (bytes > limit) break
  }
  return step
}

function plainSource(program: Program, name: string, plan: PlainPlan, blobs: number): string {
  const inputBytes = program.inputs.reduce((sum, type) => sum + byteLength(type), 0)
  const numbers = Array.from({ length: blobs }, (_, blob) => blob)
  const blobTable = Math.ceil(plan.memoryEnd / 32) * 32
  const last = plan.answer + Math.floor(plan.answerBytes / 32) * 32
  const answer = [
    ...(plan.answerBytes % 32 === 0
      ? []
      : [
          '// What follows the answer in its last word is zero.',
          `mstore(${last}, shl(${8 * (32 - (plan.answerBytes % 32))}, shr(${8 * (32 - (plan.answerBytes % 32))}, mload(${last}))))`,
        ]),
    `mstore(${plan.answer - 64}, 32)`,
    `mstore(${plan.answer - 32}, ${plan.answerBytes})`,
    `return(${plan.answer - 64}, ${64 + Math.ceil(plan.answerBytes / 32) * 32})`,
  ]
  const yul = [...plan.functions.flat(), `mstore(${MASK_ADDRESS}, ${LANE_MASK})`, ...plan.statements, ...answer]
  const assembly = yul.map((line) => `      ${line.replace(/\bBLOBS\b/g, String(blobTable))}`)
  const state = blobs > 0 ? 'view' : 'pure'
  return [
    '// SPDX-License-Identifier: MIT',
    'pragma solidity ^0.8.25;',
    '',
    '/// @notice Runs a model with ordinary opcodes alone.',
    `contract ${name} {`,
    '  error WrongInputLength(uint256 length, uint256 expected);',
    '',
    ...numbers.map((blob) => `  address private immutable WEIGHTS${blob};`),
    ...(blobs === 0
      ? []
      : [
          '',
          '  /// @param weights accounts whose code is a STOP and then the weights, in order',
          `  constructor(address[${blobs}] memory weights) {`,
          ...numbers.map((blob) => `    WEIGHTS${blob} = weights[${blob}];`),
          '  }',
        ]),
    '',
    '  /// @notice Runs the model.',
    '  /// @param input canonical bytes of the inputs, one after the other',
    '  /// @return output canonical bytes of the outputs, one after the other',
    `  function predict(bytes calldata input) external ${state} returns (bytes memory output) {`,
    '    // The assembly returns by itself.',
    '    output;',
    `    if (input.length != ${inputBytes}) revert WrongInputLength(input.length, ${inputBytes});`,
    '    address account;',
    ...numbers.flatMap((blob) => [
      `    account = WEIGHTS${blob};`,
      `    assembly { mstore(${blobTable + 32 * blob}, account) }`,
    ]),
    '    assembly {',
    '      let start := input.offset',
    ...assembly,
    '    }',
    '  }',
    '}',
    '',
  ]
    .filter((line) => blobs > 0 || line !== '    address account;')
    .join('\n')
}

/**
 * Writes a Solidity contract that runs a program with ordinary opcodes alone, to the bit as `interpret` does:
 * `predict(bytes input) returns (bytes output)` takes and gives the canonical bytes of the inputs and outputs, and reverts with
 * `WrongInputLength(uint256 length, uint256 expected)` when the input is of another length.
 *
 * It can do MATMUL, CONV2D and DEPTHWISE_CONV2D with constant weights, each with a RESCALE of its sums in the same loop, and
 * RESCALE, CLAMP, TABLE, SOFTMAX, TADD, TSUB, TMUL, MAXIMUM, MINIMUM, reductions, ARGMAX, pools, RESHAPE, TRANSPOSE, SLICE, PAD
 * and CONCAT. All of it is one function of inline assembly; layers are loops, and functions for products are shared by layers
 * of the same depth.
 *
 * @throws {TypeError} when the name is not one
 * @throws {RangeError} when the program is not valid, or naming the step that can't be done
 */
export function generatePlainContract(program: Program, options: PlainContractOptions): PlainContract {
  const { name = 'PlainModel', arithmetic } = options
  if (!/^[A-Z]\w*$/.test(name))
    throw new TypeError(
      `name: expected a capital letter, then letters, digits and underscores, found ${JSON.stringify(name)}`,
    )
  const plan = planProgram(program, arithmetic)
  const { data, macs, memoryEnd } = plan
  const blobs = Math.ceil(data.length / BLOB_BYTES)
  const code = FRAME_BYTES + codeBytes([...plan.functions.flat(), ...plan.statements]) + IMMUTABLE_BYTES * blobs
  if (code > ESTIMATE_MARGIN * MAX_CODE_BYTES)
    throw new RangeError(
      `the code takes about ${code} bytes, an account has room for ${MAX_CODE_BYTES}: it is too large from step ${stepAt(plan, MAX_CODE_BYTES - FRAME_BYTES)} on`,
    )
  return {
    name,
    source: plainSource(program, name, plan, blobs),
    dataInitCodes: Array.from({ length: blobs }, (_, blob) =>
      initCode(data.subarray(blob * BLOB_BYTES, (blob + 1) * BLOB_BYTES)),
    ),
    facts: {
      macs,
      weightBytes: data.length,
      blobs,
      memoryBytes: memoryEnd + 32 * blobs,
      codeBytes: code,
      fits: code <= MAX_CODE_BYTES,
    },
  }
}
