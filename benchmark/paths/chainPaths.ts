import { createAddressFromString } from '@ethereumjs/util'
import type { Chain, Hex } from '../../evm-ext/index.ts'
import { createInferenceChain, deployModel } from '../../inference/index.ts'
import type { PlainCode } from '../contracts.ts'
import type { Deployment, Path, PathContext, ReadyPath } from './path.ts'
import { decodePredicted, encodePredict } from './predict.ts'
import { transactionGas } from './transactionGas.ts'

const WORD_DIGITS = 64
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** Gas of each block that a task adds to a chain. */
async function blockGas<T>(chain: Chain, task: () => Promise<T>): Promise<{ result: T; gas: readonly number[] }> {
  const before = chain.blocks().length
  const result = await task()
  return {
    result,
    gas: chain
      .blocks()
      .slice(before)
      .map(({ header }) => Number(header.gasUsed)),
  }
}

type CallTarget = {
  readonly to: Hex
  readonly deployment: Deployment
  encode(sample: Uint8Array): Uint8Array
  decode(returnValue: Uint8Array): Uint8Array
}

const predict = { encode: encodePredict, decode: decodePredicted }

/** Message calls to a contract or precompile, each at the head of a chain. */
function callsTo(chain: Chain, { to, deployment, encode, decode }: CallTarget, maxGas: number): ReadyPath {
  const hasFloor = chain.vm.common.isActivatedEIP(7623)
  // Encoding is the caller's work, and done once a sample.
  const encoded = new WeakMap<Uint8Array, Uint8Array>()
  const calldataOf = (sample: Uint8Array) => {
    const data = encoded.get(sample) ?? encode(sample)
    encoded.set(sample, data)
    return data
  }
  return {
    deployment,
    async infer(sample) {
      const data = calldataOf(sample)
      const start = performance.now()
      const { status, error, returnValue, gasUsed } = await chain.call({ to, data, gas: maxGas })
      const milliseconds = performance.now() - start
      if (status === 0)
        throw new Error(
          error === 'out of gas' ? `more than ${maxGas.toLocaleString('en')} gas` : `the call failed: ${error}`,
        )
      const executionGas = Number(gasUsed)
      const output = decode(returnValue)
      return { output, executionGas, transactionGas: transactionGas(data, executionGas, hasFloor), milliseconds }
    },
    close: () => undefined,
  }
}

/** The contract with tensor instructions. */
export const instructionsPath: Path = {
  contract: 'instructions',
  async prepare({ program }, context) {
    const code = context.contract('instructions')
    if (code.kind !== 'instructions') throw new TypeError('contract: expected that with instructions')
    const chain = await createInferenceChain(context.genesis, context.where)
    const { result, gas } = await blockGas(chain, () => deployModel(chain, program, code.compiled))
    // What comes before the contract is its weights, as code or in the registry.
    const storageGas = sum(gas.slice(0, -1))
    const inCode = code.compiled.weights === 'model' ? 0 : storageGas
    const deployment: Deployment = {
      ...{ storageGas, codeBytes: result.codeBytes, greatestTransactionGas: Math.max(...gas) },
      deploymentGas: inCode + (gas.at(-1) ?? 0),
    }
    return callsTo(chain, { to: result.address, deployment, ...predict }, context.maxGas)
  },
}

/** The inference precompile. */
export const precompilePath: Path = {
  async prepare({ program }, { genesis, where, maxGas }) {
    const chain = await createInferenceChain(genesis, where)
    const { result, gas } = await blockGas(chain, () => chain.registerModel(program))
    const root = Buffer.from(result.root.slice(2), 'hex')
    const target: CallTarget = {
      to: chain.genesis.precompile,
      deployment: { storageGas: sum(gas), greatestTransactionGas: Math.max(...gas) },
      encode: (sample) => Buffer.concat([root, sample]),
      decode: (returnValue) => returnValue,
    }
    return callsTo(chain, target, maxGas)
  },
}

/** A contract in ordinary Solidity on a chain, and all accounts with code that it consists of. */
export type PlainDeployment = { readonly chain: Chain; readonly to: Hex; readonly accounts: readonly Hex[] } & Pick<
  CallTarget,
  'deployment'
>

/** Deploys the accounts that hold a contract's weights, and the contract. */
export async function deployPlain(
  code: PlainCode,
  { genesis, where }: Pick<PathContext, 'genesis' | 'where'>,
): Promise<PlainDeployment> {
  const chain = await createInferenceChain(genesis, where)
  const weights = await blockGas(chain, async () => {
    const addresses: Hex[] = []
    for (const initCode of code.dataInitCodes) addresses.push((await chain.deploy(initCode)).contractAddress)
    return addresses
  })
  const words = weights.result.map((address) => address.slice(2).padStart(WORD_DIGITS, '0')).join('')
  const contract = await blockGas(chain, () => chain.deploy(`${code.bytecode}${words}`))
  const to = contract.result.contractAddress
  const accounts = [...weights.result, to]
  const sizes = await Promise.all(accounts.map(async (account) => (await codeOf(chain, account)).length))
  const storageGas = sum(weights.gas)
  return {
    ...{ chain, to, accounts },
    deployment: {
      ...{ storageGas, deploymentGas: storageGas + sum(contract.gas), codeBytes: sum(sizes) },
      greatestTransactionGas: Math.max(...weights.gas, ...contract.gas),
    },
  }
}

/** Code of an account. */
export function codeOf(chain: Chain, account: Hex): Promise<Uint8Array> {
  return chain.vm.stateManager.getCode(createAddressFromString(account))
}

/** Compiled ordinary Solidity of a model. @throws {Error} when there is none */
export function plainCode({ contract }: PathContext, arithmetic: 'scalar' | 'swar'): PlainCode {
  const code = contract(arithmetic)
  if (code.kind === 'instructions') throw new TypeError('contract: expected one in ordinary Solidity')
  return code.compiled
}

/** Below these no ordinary bytecode can be expected to come: loads of operands, products and sums of one at a time, of ten. */
export const LEAST_GAS_PER_MAC = { scalar: 15, swar: 3 } as const

/** Ordinary Solidity in this client. */
export function solidityPath(arithmetic: 'scalar' | 'swar'): Path {
  return {
    ...{ contract: arithmetic, leastGasPerMac: LEAST_GAS_PER_MAC[arithmetic] },
    async prepare(_, context) {
      const { chain, to, deployment } = await deployPlain(plainCode(context, arithmetic), context)
      return callsTo(chain, { to, deployment, ...predict }, context.maxGas)
    },
  }
}
