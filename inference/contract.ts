import { createAddressFromString } from '@ethereumjs/util'
import { type AbiItem, compileSources, type GeneratedContract, generateContract } from '../compiler-ext/index.ts'
import type { Chain, Hex, SolidityOutput } from '../evm-ext/index.ts'
import type { Program } from '../model/index.ts'

/** A generated contract as a chain takes it. */
export type CompiledModelContract = {
  /** Creation code; an argument of the constructor is to follow it. */
  readonly bytecode: Hex
  readonly abi: readonly AbiItem[]
  /** What a gas report names the contract and its functions by. */
  readonly artefacts: SolidityOutput
}

/** Compiles a generated contract. @throws {CompileError} when the compiler refuses it */
export function compileContract({ name, source }: Pick<GeneratedContract, 'name' | 'source'>): CompiledModelContract {
  const file = `${name}.sol`
  const contract = compileSources({ [file]: source })[file]?.[name]
  if (contract === undefined) throw new Error(`${file}: the compiler gave no contract ${name}`)
  const { abi, evm } = contract
  return { bytecode: `0x${evm.bytecode.object}`, abi, artefacts: { contracts: { [file]: { [name]: { abi, evm } } } } }
}

/** The contract of a program, compiled and ready to be deployed on any chain. */
export type CompiledModel = Pick<CompiledModelContract, 'bytecode' | 'artefacts'> &
  Pick<GeneratedContract, 'weights' | 'dataInitCode'>

/**
 * Generates and compiles the contract of a program. Weights that fit the code of one account lie there, others in the
 * registry.
 */
export function compileModel(program: Program): CompiledModel {
  const { name, source, weights, dataInitCode } = generateContract(program, { name: 'Model', weights: 'auto' })
  const { bytecode, artefacts } = compileContract({ name, source })
  return { bytecode, artefacts, weights, ...(dataInitCode === undefined ? {} : { dataInitCode }) }
}

/** A model's contract on a chain. */
export type DeployedModel = {
  readonly address: Hex
  /** Bytes of the contract's code, and of the code that holds its weights where there is one. */
  readonly codeBytes: number
}

/** Bytes of an account's code. */
async function deployedBytes(chain: Chain, address: Hex): Promise<number> {
  return (await chain.vm.stateManager.getCode(createAddressFromString(address))).length
}

/**
 * Deploys the contract of a program, its weights before it where they are code, and registers the model where they are
 * not.
 *
 * @param contract - what {@link compileModel} gave for the program, if it did already
 * @throws {Error} when the chain refuses a deployment or the registration
 */
export async function deployModel(
  chain: Chain,
  program: Program,
  contract: CompiledModel = compileModel(program),
): Promise<DeployedModel> {
  const { bytecode } = contract
  if (contract.weights === 'model') await chain.registerModel(program)
  if (contract.dataInitCode === undefined) {
    const { contractAddress } = await chain.deploy(bytecode)
    return { address: contractAddress, codeBytes: await deployedBytes(chain, contractAddress) }
  }
  const weights = (await chain.deploy(contract.dataInitCode)).contractAddress
  const argument = weights.slice(2).padStart(64, '0')
  const { contractAddress } = await chain.deploy(`${bytecode}${argument}`)
  const codeBytes = (await deployedBytes(chain, weights)) + (await deployedBytes(chain, contractAddress))
  return { address: contractAddress, codeBytes }
}
