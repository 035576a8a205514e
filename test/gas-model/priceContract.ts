import { gasFunctions } from '../../compiler-ext/gasFunctions.ts'
import { gasPricesFile } from '../../compiler-ext/gasPrices.ts'
import { compile, packageImports, type StandardJsonOutput } from '../../compiler-ext/index.ts'
import { functionName } from '../../compiler-ext/library.ts'
import { readPackageSource } from '../../compiler-ext/package.ts'
import { openSolc } from '../../compiler-ext/solc.ts'
import type { Settings } from '../../compiler-ext/standardJson.ts'
import { evmPrices, parameterNames } from '../../gas-model/index.ts'
import { instructions } from '../../isa/index.ts'
import type { PriceCase } from './randomPriceCase.ts'

const WORD_BYTES = 32
/** Words of a case: opcode, state, flags and up to four operands. */
const CASE_WORDS = 10

const evmNames = Object.keys(evmPrices) as readonly (keyof typeof evmPrices)[]

const calls = instructions.map((instruction) => {
  const { operands, output, charge } = gasFunctions[instruction.mnemonic] as (typeof gasFunctions)[string]
  const state = output === undefined && charge === undefined ? [] : ['s']
  const args = ['p', ...state, ...operands.map((_, index) => `c[${6 + index}]`)]
  return `    if (c[0] == ${instruction.opcode}) return TensorGas.${functionName(instruction)}(${args.join(', ')});`
})

const types = instructions.flatMap(({ mnemonic, opcode }) => {
  const { operands, output } = gasFunctions[mnemonic] as (typeof gasFunctions)[string]
  if (output === undefined) return []
  const used = operands.map(({ parameter }, index) => [parameter, `uint256 ${parameter} = c[${6 + index}];`] as const)
  const locals = used.filter(([parameter]) => new RegExp(`\\b${parameter}\\b`).test(output)).map(([, local]) => local)
  return [`    if (c[0] == ${opcode}) { ${locals.join(' ')} return ${output}; }`]
})

/** A contract that is given the prices of a chain and cases in words, and gives the price and type of each in words. */
const priceContractSource = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {TensorGas} from "tensor-evm/compiler-ext/contracts/TensorGas.sol";
import {TensorChecks} from "tensor-evm/compiler-ext/contracts/TensorChecks.sol";
import {TensorGasTypes} from "tensor-evm/compiler-ext/contracts/TensorGasTypes.sol";
import {TensorInstructions} from "tensor-evm/compiler-ext/contracts/TensorInstructions.sol";
import {TensorGasState, TensorPrices} from "tensor-evm/compiler-ext/contracts/TensorGasPrices.sol";

contract Prices {
  using TensorChecks for uint256;

  fallback(bytes calldata) external returns (bytes memory results) {
    TensorPrices memory p;
    uint256[${CASE_WORDS}] memory c;
    TensorGasState memory s;
    uint256 start = ${WORD_BYTES * (parameterNames.length + evmNames.length)};
    assembly ("memory-safe") { calldatacopy(p, 0, start) }
    uint256 count = (msg.data.length - start) / ${WORD_BYTES * CASE_WORDS};
    results = new bytes(count * 64);
    for (uint256 i; i < count; ++i) {
      assembly ("memory-safe") { calldatacopy(c, add(start, mul(i, ${WORD_BYTES * CASE_WORDS})), ${WORD_BYTES * CASE_WORDS}) }
      (s.liveBytes, s.peakPages, s.memoryWords, s.warmChunks) = (c[1], c[2], c[3], c[4]);
      (s.isAccountWarm, s.isRegistrationWarm) = (c[5] & 1 != 0, c[5] & 2 != 0);
      (uint256 priced, uint256 result) = (price(p, s, c), typeOfResult(c));
      assembly ("memory-safe") { mstore(add(results, add(32, mul(i, 64))), priced) mstore(add(results, add(64, mul(i, 64))), result) }
    }
  }

  function typeOfResult(uint256[${CASE_WORDS}] memory c) private pure returns (uint256) {
${types.join('\n')}
    return 0;
  }

  function price(
    TensorPrices memory p,
    TensorGasState memory s,
    uint256[${CASE_WORDS}] memory c
  ) private pure returns (uint256) {
${calls.join('\n')}
    revert();
  }
}
`

function job(settings: Settings) {
  return {
    language: 'Solidity',
    sources: { 'Prices.sol': { content: priceContractSource } },
    settings: { outputSelection: { 'Prices.sol': { '*': ['abi', 'evm.deployedBytecode.object'] } }, ...settings },
  }
}

/** Runtime code of the contract, by solc alone or by tsolc. @throws {Error} with the compiler's messages */
export function compilePriceContract(compiler: 'solc' | 'tsolc', settings: Settings): Uint8Array {
  if (readPackageSource('tensor-evm/compiler-ext/contracts/TensorGasPrices.sol') !== gasPricesFile())
    throw new Error('TensorGasPrices.sol: out of date; run "npm run generate"')
  const output: StandardJsonOutput =
    compiler === 'tsolc'
      ? compile(job(settings), { readImport: packageImports() })
      : openSolc().run(job(settings), packageImports())
  const code = output.contracts?.['Prices.sol']?.Prices?.evm?.deployedBytecode?.object
  // All of the library, not optimised, is more than may be deployed; here it is only run.
  const messages = output.errors?.map(({ formattedMessage }) => formattedMessage) ?? []
  const wrong = messages.filter((message) => !message?.startsWith('Warning: Contract code size'))
  if (!code || wrong.length > 0) throw new Error(wrong.join('\n') || 'no code')
  return Uint8Array.from(Buffer.from(code, 'hex'))
}

function word(value: bigint | number): string {
  return value.toString(16).padStart(2 * WORD_BYTES, '0')
}

/** Calldata of cases that share their parameters. */
export function encodePriceCases(cases: readonly PriceCase[]): string {
  const { parameters } = (cases[0] as PriceCase).context
  const prices = [...parameterNames.map((name) => parameters[name]), ...evmNames.map((name) => evmPrices[name])]
  const rows = cases.map(({ instruction, context, warmChunks, solidity }) => {
    const flags = (context.isAccountWarm ? 1 : 0) | (context.isRegistrationWarm ? 2 : 0)
    const { liveBytes, peakPages, memoryWords } = context
    const words = [instruction.opcode, liveBytes, peakPages, memoryWords, warmChunks.length, flags, ...solidity]
    return words
      .map(word)
      .join('')
      .padEnd(2 * WORD_BYTES * CASE_WORDS, '0')
  })
  return prices.map(word).join('') + rows.join('')
}

const UNPAYABLE = 2n ** 128n - 1n

/** What the contract says of a case. */
export type SolidityPrice = {
  /** Infinity for one that no gas pays for. */
  readonly gas: number
  /** Type word of the result; 0 for none. */
  readonly type: bigint
}

/** What the contract returned, case by case. */
export function decodePrices(returned: string): SolidityPrice[] {
  return (returned.match(/.{128}/g) ?? []).map((digits) => {
    const [price, type] = [BigInt(`0x${digits.slice(0, 64)}`), BigInt(`0x${digits.slice(64)}`)]
    return { gas: price === UNPAYABLE ? Infinity : Number(price), type }
  })
}
