import { Common, Hardfork, Mainnet } from '@ethereumjs/common'
import { createEVM, type EVM } from '@ethereumjs/evm'
import { Account, Address, hexToBytes } from '@ethereumjs/util'
import { Interface } from 'ethers'
import {
  type CompiledContract,
  type CompileOptions,
  type ContractOutput,
  compile,
  compileSources,
  packageImports,
  type SolcError,
  type StandardJsonOutput,
} from '../../compiler-ext/index.ts'
import { openSolc } from '../../compiler-ext/solc.ts'
import type { Settings } from '../../compiler-ext/standardJson.ts'

const LICENCE = '// SPDX-License-Identifier: MIT\n'
export const PREAMBLE = `${LICENCE}pragma solidity ^0.8.29;\n`
export const IMPORT = 'import "tensor-evm/Tensor.sol";\n'

/** Compiles one source that imports the library, and gives its contract of this name. */
export function compileOne(name: string, body: string, options?: CompileOptions): CompiledContract {
  const contract = compileSources({ 'A.sol': PREAMBLE + IMPORT + body }, options)['A.sol']?.[name]
  if (contract === undefined) throw new Error(`no contract ${name}`)
  return contract
}

const input = (content: string, settings: Settings) => ({
  language: 'Solidity',
  sources: { 'A.sol': { content } },
  settings: { outputSelection: { 'A.sol': { '*': ['*'] } }, ...settings },
})

/** Compiles one source, A.sol; everything of it is selected unless settings say otherwise. */
export function compileAll(content: string, settings: Settings = {}): StandardJsonOutput {
  return compile(input(content, settings), { readImport: packageImports() })
}

/** What solc alone makes of it, over its IR pipeline unless settings say otherwise. */
export function compileWithSolc(content: string, settings: Settings = {}): StandardJsonOutput {
  return openSolc().run(input(content, { viaIR: true, ...settings }), packageImports())
}

export function contractOf(output: StandardJsonOutput, name: string, file = 'A.sol'): ContractOutput {
  const contract = output.contracts?.[file]?.[name]
  if (contract === undefined)
    throw new Error(`no contract ${name}: ${output.errors?.map(({ formattedMessage }) => formattedMessage).join('\n')}`)
  return contract
}

export function errorsOf(output: StandardJsonOutput): readonly SolcError[] {
  return output.errors?.filter(({ severity }) => severity === 'error') ?? []
}

/** An ordinary EVM, without tensor instructions. */
export async function plainEVM(): Promise<EVM> {
  return createEVM({ common: new Common({ chain: Mainnet, hardfork: Hardfork.Osaka }) })
}

type Runner = Pick<EVM, 'runCall' | 'journal' | 'stateManager'>

type CallOutcome = { readonly error: string | undefined; readonly data: string }

const sender = new Address(new Uint8Array(20).fill(0x11))

async function run(evm: Runner, to: Address | undefined, data: string): Promise<CallOutcome & { created?: Address }> {
  if ((await evm.stateManager.getAccount(sender)) === undefined)
    await evm.stateManager.putAccount(sender, new Account(0n, 10n ** 20n))
  const result = await evm.runCall({
    caller: sender,
    gasLimit: 100_000_000n,
    data: hexToBytes(data as `0x${string}`),
    ...(to && { to }),
  })
  await evm.journal.cleanup()
  const { exceptionError, returnValue } = result.execResult
  return {
    error: exceptionError?.error,
    data: `0x${Buffer.from(returnValue).toString('hex')}`,
    ...(result.createdAddress && { created: result.createdAddress }),
  }
}

export type Deployed = {
  readonly address: Address
  readonly abi: Interface
  /** Calls a function; the outcome as it is. */
  call(name: string, ...values: readonly unknown[]): Promise<CallOutcome>
  /** Calls a function that must not fail; what it returns, decoded. */
  value(name: string, ...values: readonly unknown[]): Promise<unknown>
}

/** Deploys a contract with arguments for its constructor. */
export async function deploy(evm: Runner, contract: ContractOutput, ...values: readonly unknown[]): Promise<Deployed> {
  const abi = new Interface(JSON.stringify(contract.abi))
  const { error, created } = await run(
    evm,
    undefined,
    `0x${contract.evm?.bytecode?.object}${abi.encodeDeploy(values).slice(2)}`,
  )
  if (created === undefined || error !== undefined) throw new Error(`not deployed: ${error}`)
  const call = (name: string, ...args: readonly unknown[]) => run(evm, created, abi.encodeFunctionData(name, args))
  return {
    address: created,
    abi,
    call,
    async value(name, ...args) {
      const { error: failure, data } = await call(name, ...args)
      if (failure !== undefined) throw new Error(`${name}: ${failure} ${data}`)
      const result = abi.decodeFunctionResult(name, data)
      return result.length === 1 ? result[0] : result.toArray()
    },
  }
}
