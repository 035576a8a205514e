import { AbiCoder, Interface } from 'ethers'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  compile,
  dataContractInitCode,
  disassemble,
  type GeneratedContract,
  generateContract,
  packageImports,
} from '../../compiler-ext/index.ts'
import { type Chain, createChain } from '../../evm-ext/index.ts'
import { type Tensor, type TensorType, tensorBytes, tensorOf } from '../../isa/index.ts'
import { createProgramBuilder, interpret, type Program, weightsCode } from '../../model/index.ts'
import { randomFrom, randomTensor } from '../model/randomProgram.ts'

const random = randomFrom(7)

function randomConstant(...shape: number[]): Tensor {
  return randomTensor(random, { dtype: 'int8', shape })
}

/** A small image classifier: per-channel and per-tensor rescaling, a negative shift word, tensors worth freeing. */
function classifier(layers: number): Program {
  const builder = createProgramBuilder()
  let x = builder.input({ dtype: 'int8', shape: [1, 16, 16, 4] })
  for (let layer = 0; layer < layers; layer++) {
    const weights = builder.constant(randomConstant(4, 3, 3, 4))
    const pads = { padTop: 1, padLeft: 1, padBottom: 1, padRight: 1 }
    const bias = builder.constant(tensorOf('int32', [4], [layer, -1, 2, -3]))
    const sums = builder.emit('CONV2D', { attributes: { zeroPoint: -1, ...pads }, x, weights, bias })
    x = builder.emit('RESCALE', {
      attributes: { dtype: 1, perChannel: 1, low: -128, high: 127, outputZeroPoint: -1 },
      x: sums,
      multiplier: builder.constant(tensorOf('int32', [4], [2 ** 30, 2 ** 30 + layer, 2 ** 31 - 1, 0])),
      shift: builder.constant(tensorOf('int8', [4], [-7, -8, -9, 0])),
    })
  }
  const a = builder.emit('RESHAPE', { type: { dtype: 'int8', shape: [1, 1024] }, x })
  const sums = builder.emit('MATMUL', {
    attributes: { zeroPointA: -1 },
    a,
    b: builder.constant(randomConstant(10, 1024)),
  })
  const attributes = { dtype: 1, low: -128, high: 127 }
  builder.output(builder.emit('RESCALE', { attributes, x: sums, multiplier: 2 ** 30 + 5, shift: -10 }))
  return builder.build()
}

/** Two inputs and three outputs, one of them an input and one a constant. */
function severalOutputs(): Program {
  const builder = createProgramBuilder()
  const [x, y] = [builder.input({ dtype: 'int8', shape: [5] }), builder.input({ dtype: 'int32', shape: [2, 3] })]
  const table = builder.constant(randomConstant(256))
  builder.output(builder.emit('TADD', { a: y, b: y }))
  builder.output(y)
  builder.output(builder.emit('TABLE', { x, table }))
  builder.output(builder.constant(tensorOf('int8', [3], [7, -8, 9])))
  return builder.build()
}

function withoutConstants(): Program {
  const builder = createProgramBuilder()
  builder.output(
    builder.emit('CLAMP', { attributes: { low: -2, high: 5 }, x: builder.input({ dtype: 'int8', shape: [4] }) }),
  )
  return builder.build()
}

/** Compiles a generated contract, which must raise no warning. */
function compiled({ name, source }: GeneratedContract) {
  const file = `${name}.sol`
  const output = compile(
    {
      language: 'Solidity',
      sources: { [file]: { content: source } },
      settings: {
        optimizer: { enabled: true, runs: 200 },
        outputSelection: { [file]: { '*': ['abi', 'evm.bytecode', 'evm.deployedBytecode'] } },
      },
    },
    { readImport: packageImports() },
  )
  expect(output.errors).toBeUndefined()
  const contract = output.contracts?.[file]?.[name]
  const object = (bytecode: { object?: string } | undefined) => bytecode?.object ?? ''
  return {
    abi: new Interface(JSON.stringify(contract?.abi)),
    creation: object(contract?.evm?.bytecode),
    runtime: object(contract?.evm?.deployedBytecode),
  }
}

type Deployment = {
  readonly abi: Interface
  readonly runtime: string
  call(name: string, input: Uint8Array): Promise<unknown>
}

async function deploy(chain: Chain, program: Program, generated: GeneratedContract): Promise<Deployment> {
  const { abi, creation, runtime } = compiled(generated)
  if (generated.weights === 'model') await chain.registerModel(program)
  const weights = generated.dataInitCode && (await chain.deploy(generated.dataInitCode)).contractAddress
  const argument = weights ? AbiCoder.defaultAbiCoder().encode(['address'], [weights]).slice(2) : ''
  const { contractAddress } = await chain.deploy(`0x${creation}${argument}`)
  return {
    abi,
    runtime,
    async call(name, input) {
      const data = abi.encodeFunctionData(name, [input])
      const { returnValue, error } = await chain.call({ to: contractAddress, data })
      const hex = `0x${Buffer.from(returnValue).toString('hex')}`
      if (error !== undefined) throw new Error(abi.parseError(hex)?.signature + String(abi.parseError(hex)?.args))
      return abi.decodeFunctionResult(name, hex)[0]
    },
  }
}

function sample(program: Program): { readonly inputs: Tensor[]; readonly bytes: Uint8Array } {
  const inputs = program.inputs.map((type: TensorType) => randomTensor(random, type))
  return { inputs, bytes: Buffer.concat(inputs.map(tensorBytes)) }
}

function expected(program: Program, inputs: readonly Tensor[]): string {
  return `0x${Buffer.concat(interpret(program, inputs).map(tensorBytes)).toString('hex')}`
}

/** Mnemonics of the tensor instructions of a contract's code, in the order of their bytes. */
function tensorMnemonics(runtime: string): string {
  return disassemble(runtime)
    .filter(({ instruction }) => instruction)
    .map(({ mnemonic }) => mnemonic)
    .join(' ')
}

describe('generateContract', () => {
  let chain: Chain
  beforeAll(async () => {
    chain = await createChain()
  })

  it.each(['code', 'model'] as const)('runs a classifier with weights in %s', async (weights) => {
    const program = classifier(2)
    const generated = generateContract(program, { name: 'Classifier', weights })
    expect(generated.weights).toBe(weights)
    const { call, runtime } = await deploy(chain, program, generated)
    const running = generated.steps.filter(({ instruction }) => instruction.mnemonic !== 'TMSTORE')
    expect(tensorMnemonics(runtime)).toContain(running.map(({ instruction }) => instruction.mnemonic).join(' '))
    const seen = new Set<bigint>()
    for (let round = 0; round < 5; round++) {
      const { inputs, bytes } = sample(program)
      expect(await call('predict', bytes)).toBe(expected(program, inputs))
      const scores = [...(interpret(program, inputs)[0] as Tensor).data]
      const found = (await call('classify', bytes)) as bigint
      expect(found).toBe(BigInt(scores.indexOf(Math.max(...scores))))
      seen.add(found)
    }
    expect(seen.size).toBeGreaterThan(1)
    await expect(call('predict', new Uint8Array(1023))).rejects.toThrow('WrongInputLength(uint256,uint256)1023,1024')
    await expect(call('classify', new Uint8Array())).rejects.toThrow('WrongInputLength(uint256,uint256)0,1024')
  })

  it('takes several inputs and gives several outputs, one after the other', async () => {
    const program = severalOutputs()
    const { call, abi } = await deploy(chain, program, generateContract(program, { name: 'Several', weights: 'auto' }))
    const { inputs, bytes } = sample(program)
    expect(await call('predict', bytes)).toBe(expected(program, inputs))
    expect(abi.getFunction('classify')).toBeNull()
  })

  it('makes a pure contract without a constructor argument of a program without constants', async () => {
    const program = withoutConstants()
    const generated = generateContract(program, { name: 'Pure', weights: 'auto' })
    expect(generated).toMatchObject({ weights: 'none', name: 'Pure' })
    expect(generated).not.toHaveProperty('dataInitCode')
    const { call, abi } = await deploy(chain, program, generated)
    expect([abi.deploy.inputs.length, abi.getFunction('predict')?.stateMutability]).toEqual([0, 'pure'])
    expect(await call('predict', Uint8Array.of(0xff, 0x80, 7, 3))).toBe('0xfffe0503')
    expect(await call('classify', Uint8Array.of(4, 5, 7, 6))).toBe(1n)
  })

  it('fits hundreds of instructions in few bytes', () => {
    const program = classifier(55)
    const generated = generateContract(program, { name: 'Deep', weights: 'model' })
    expect(generated.steps.length).toBeGreaterThan(330)
    const { runtime } = compiled(generated)
    expect(runtime.length / 2).toBeLessThan(15 * generated.steps.length)
  })

  it('puts weights in code as long as they fit one account', async () => {
    const fitting = (size: number): Program => ({
      inputs: [],
      constants: [randomConstant(size)],
      steps: [],
      outputs: [0],
    })
    const generate = (size: number, weights: 'auto' | 'code') =>
      generateContract(fitting(size), { name: 'Fitting', weights })
    expect(generate(24575, 'auto').weights).toBe('code')
    expect(generate(24576, 'auto').weights).toBe('model')
    expect(() => generate(24576, 'code')).toThrow('weights: 24576 bytes do not fit the 24575')
    const program = fitting(24575)
    const { contractAddress } = await chain.deploy(dataContractInitCode(program))
    const code = await chain.vm.stateManager.getCode({ bytes: Buffer.from(contractAddress.slice(2), 'hex') } as never)
    expect(Buffer.from(code).equals(weightsCode(program))).toBe(true)
  })

  it('says in comments what each instruction does, and documents the input in one line', () => {
    const { source } = generateContract(classifier(1), {
      name: 'Documented',
      weights: 'code',
      inputDoc: 'pixels\n */ contract Evil {} \r row by row',
    })
    expect(source).toContain('// 4: CONV2D zeroPoint=-1 padTop=1 padLeft=1 padBottom=1 padRight=1 (int8[1,16,16,4], ')
    expect(source).toContain('/// @param input pixels */ contract Evil {} row by row\n')
    expect(source).toContain('uint256(int256(-10))')
  })

  it.each(['', 'lower', 'A-B', 'A B', 'Tensor', 'TensorInstructions', 'A;'])('refuses the name %j', (name) => {
    expect(() => generateContract(withoutConstants(), { name, weights: 'auto' })).toThrow('name: ')
  })
})
