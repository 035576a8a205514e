import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Interface } from 'ethers'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  compile,
  generatePlainContract,
  hasErrors,
  type PlainArithmetic,
  type PlainContract,
  plainSettings,
} from '../../../compiler-ext/index.ts'
import { type Chain, createChain } from '../../../evm-ext/index.ts'
import { type Tensor, tensorBytes } from '../../../isa/index.ts'
import { decodeModel, importTflite, interpret, type Program } from '../../../model/index.ts'
import * as programs from './programs.ts'

const abi = new Interface([
  'function predict(bytes input) view returns (bytes output)',
  'error WrongInputLength(uint256 length, uint256 expected)',
])

/** Models of some size, which are not part of the repository. */
const models = fileURLToPath(new URL('../../../../shared/models/', import.meta.url))
const imported = (name: string) => importTflite(readFileSync(`${models}${name}/model.tflite`)).program

type Case = {
  readonly name: string
  readonly program: Program
  readonly arithmetic: PlainArithmetic
  readonly samples?: number
}

const made: readonly Case[] = [
  { name: 'Products', program: programs.products(1, 'swar'), arithmetic: 'swar' },
  { name: 'ProductsScalar', program: programs.products(2, 'scalar'), arithmetic: 'scalar' },
  { name: 'DeepProducts', program: programs.deepProducts(3), arithmetic: 'swar' },
  { name: 'Convolutions', program: programs.convolutions(4, 'swar'), arithmetic: 'swar' },
  { name: 'ConvolutionsScalar', program: programs.convolutions(5, 'scalar'), arithmetic: 'scalar' },
  { name: 'Depthwise', program: programs.depthwise(6), arithmetic: 'swar' },
  { name: 'DepthwiseScalar', program: programs.depthwise(7), arithmetic: 'scalar' },
  { name: 'Rescalings', program: programs.rescalings(8), arithmetic: 'swar' },
  { name: 'Elements', program: programs.elements(9), arithmetic: 'scalar' },
  { name: 'Arrangements', program: programs.arrangements(10), arithmetic: 'swar' },
  {
    name: 'Digits',
    program: decodeModel(readFileSync(new URL('../../../examples/mnist/model.tensor', import.meta.url))),
    arithmetic: 'swar',
    samples: 2,
  },
]

type Deployed = PlainContract & { readonly address: string; readonly codeBytes: number }

async function deploy(chain: Chain, { name, program, arithmetic }: Case): Promise<Deployed> {
  const contract = generatePlainContract(program, { name, arithmetic })
  const output = compile({
    language: 'Solidity',
    sources: { [name]: { content: contract.source } },
    settings: {
      ...plainSettings,
      outputSelection: { '*': { '*': ['evm.bytecode.object', 'evm.deployedBytecode.object'] } },
    },
  })
  expect(hasErrors(output), JSON.stringify(output.errors?.[0]?.message)).toBe(false)
  expect(output.errors?.filter(({ severity }) => severity === 'warning') ?? []).toEqual([])
  const evm = output.contracts?.[name]?.[name]?.evm
  let argument = ''
  for (const initCode of contract.dataInitCodes) {
    expect(initCode.length).toBeLessThanOrEqual(10 + 24576)
    argument += (await chain.deploy(initCode)).contractAddress.slice(2).padStart(64, '0')
  }
  const { contractAddress } = await chain.deploy(`0x${evm?.bytecode?.object}${argument}`)
  return { ...contract, address: contractAddress, codeBytes: (evm?.deployedBytecode?.object?.length ?? 0) / 2 }
}

async function predict(chain: Chain, address: string, input: Uint8Array): Promise<string> {
  const data = abi.encodeFunctionData('predict', [input])
  const { returnValue, error } = await chain.call({ to: address, data, gas: 2n ** 40n })
  const hex = `0x${Buffer.from(returnValue).toString('hex')}`
  if (error !== undefined) throw new Error(`${error} ${abi.parseError(hex)?.name} ${abi.parseError(hex)?.args}`)
  expect(returnValue.length % 32).toBe(0)
  const [output] = abi.decodeFunctionResult('predict', hex)
  // Encoded again it is the same: nothing is left behind the answer.
  expect(abi.encodeFunctionResult('predict', [output])).toBe(hex)
  return String(output)
}

const bytesOf = (tensors: readonly Tensor[]) => Buffer.concat(tensors.map(tensorBytes))

async function expectSame(chain: Chain, address: string, program: Program, inputs: readonly Tensor[]): Promise<void> {
  const expected = interpret(program, inputs)
  const actual = Buffer.from((await predict(chain, address, bytesOf(inputs))).slice(2), 'hex')
  let offset = 0
  expected.forEach((tensor, index) => {
    const bytes = tensorBytes(tensor)
    const found = actual.subarray(offset, offset + bytes.length).toString('hex')
    expect(found, `output ${index}`).toBe(Buffer.from(bytes).toString('hex'))
    offset += bytes.length
  })
  expect(actual.length).toBe(offset)
}

describe('generatePlainContract', () => {
  let chain: Chain
  beforeAll(async () => {
    chain = await createChain()
  })

  it.each(made)('gives the bytes of interpret: $name', async (entry) => {
    const { address, facts, codeBytes } = await deploy(chain, entry)
    const { program, samples = 4 } = entry
    const kinds = ['random', 'ends', 'least', 'greatest'] as const
    for (const [seed, kind] of kinds.slice(0, samples).entries())
      await expectSame(chain, address, program, programs.inputsOf(program, seed, kind))
    expect(Math.abs(facts.codeBytes / codeBytes - 1)).toBeLessThan(0.35)
    expect(facts.fits).toBe(true)
    await expect(predict(chain, address, new Uint8Array(3))).rejects.toThrow('revert WrongInputLength 3,')
  })

  it('says what a contract holds', () => {
    const { facts, dataInitCodes } = generatePlainContract(programs.deepProducts(3), { arithmetic: 'swar' })
    expect(facts).toMatchObject({ macs: 1300 * 40 + 14 * 1300 * 2, blobs: 3 })
    const codes = dataInitCodes.map((initCode) => initCode.length - 10)
    expect(codes).toEqual([24576, 24576, facts.weightBytes - 2 * 24575 + 1])
  })

  describe.skipIf(!existsSync(models))('models of TensorFlow Lite (skipped where ../shared is absent)', () => {
    it.each([
      { name: 'r0_hello_world', arithmetic: 'scalar', samples: 4 },
      { name: 'r1a_mnist_valid', arithmetic: 'swar', samples: 2 },
      { name: 'r1c_mnist_resnet', arithmetic: 'swar', samples: 1 },
    ] as const)('gives the bytes of interpret: $name', async ({ name, arithmetic, samples }) => {
      const program = imported(name)
      const { address } = await deploy(chain, { name: 'Model', program, arithmetic })
      for (let seed = 0; seed < samples; seed++)
        await expectSame(chain, address, program, programs.inputsOf(program, seed, seed === 1 ? 'ends' : 'random'))
    })
  })
})
