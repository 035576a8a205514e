import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { hexToBytes, privateToPublic } from '@ethereumjs/util'
import { runTx } from '@ethereumjs/vm'
import { Interface } from 'ethers'
import { bindProgram } from '../../benchmark/boundProgram.ts'
import type { Tflite } from '../../benchmark/paths/tflite.ts'
import {
  type Chain,
  copyVM,
  createChain,
  type DevelopmentAccount,
  developmentAccounts,
  type Hex,
} from '../../evm-ext/index.ts'
import { deployModel } from '../../inference/index.ts'
import { type ComputeInstruction, type TensorType, tensorBytes, tensorView } from '../../isa/index.ts'
import { createWasmKernel, uncheckedBody } from '../../kernel/index.ts'
import { interpret, type Program } from '../../model/index.ts'
import { disagreement, type Tolerance } from '../harness/agreement.ts'
import type { BenchCase, Contender } from '../harness/measure.ts'
import { createBenchMemory } from '../harness/memory.ts'
import { loadContenders, type PeerAttempt } from '../harness/peerContenders.ts'
import type { Peers } from '../peers/load.ts'
import type { BenchModel } from './models.ts'

export const TENSORFLOW_LITE = 'TensorFlow Lite'

/** TensorFlow Lite scales in single-precision numbers in places: elements may be off by one, and sums of them by two. */
const NEAR: Tolerance = { difference: 2, part: 1 }

const predict = new Interface(['function predict(bytes input) view returns (bytes output)'])

/** Reads a program's outputs from what a call returned. */
type Decode = (returnValue: Uint8Array) => Uint8Array
type Infer = (sample: Uint8Array) => Uint8Array | Promise<Uint8Array>

/** Canonical bytes of the output by the definitions of the instructions. */
function defined(program: Program, sample: Uint8Array): Uint8Array {
  const input = tensorView(program.inputs[0] as TensorType, Uint8Array.from(sample).buffer, 0)
  return Buffer.concat(interpret(program, [input]).map(tensorBytes))
}

const signed = (bytes: Uint8Array) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)

function contender(name: string, infer: Infer, sample: Uint8Array, expected: Uint8Array): Contender {
  return {
    name,
    isPeer: false,
    run: () => infer(sample),
    units: 1,
    check: async () => disagreement(await infer(sample), expected),
  }
}

const GAS_LIMIT = 16_000_000n

/** Carries out one signed transaction again and again: all that a node does for it but its block. */
async function executor(chain: Chain, to: Hex, data: Uint8Array): Promise<() => Promise<Uint8Array>> {
  const vm = await copyVM(chain.vm)
  const { common } = vm
  const { privateKey } = developmentAccounts[0] as DevelopmentAccount
  const block = chain.head()
  const fields = { to, data, gasLimit: GAS_LIMIT, maxFeePerGas: block.header.calcNextBaseFee() * 2n }
  const tx = createFeeMarket1559Tx({ chainId: common.chainId(), ...fields }, { common }).sign(privateKey)
  tx.cache.senderPubKey = privateToPublic(privateKey)
  return async () => {
    const { execResult } = await runTx(vm, { tx, block, skipNonce: true })
    if (execResult.exceptionError !== undefined) throw new Error(execResult.exceptionError.error)
    return execResult.returnValue
  }
}

/**
 * The program on a chain of its own, by its contract and by the precompile: in transactions with a block of their own, in
 * transactions alone, and in calls.
 */
async function chainContenders(program: Program, sample: Uint8Array, expected: Uint8Array): Promise<Contender[]> {
  const chain = await createChain({ kernel: createWasmKernel() })
  const { address } = await deployModel(chain, program)
  const { root } = await chain.registerModel(program)
  const data = hexToBytes(predict.encodeFunctionData('predict', [sample]) as Hex)
  const ways: readonly (readonly [string, Hex, Uint8Array, Decode])[] = [
    [
      'instructions',
      address,
      data,
      (bytes) => Buffer.from(String(predict.decodeFunctionResult('predict', bytes)[0]).slice(2), 'hex'),
    ],
    [
      'precompile',
      chain.genesis.precompile,
      Buffer.concat([Buffer.from(root.slice(2), 'hex'), sample]),
      (bytes) => bytes,
    ],
  ]
  const contenders: Contender[] = []
  for (const [way, to, data, decode] of ways) {
    const onChain = (operation: 'sendTransaction' | 'call') => async () => {
      const { status, error, returnValue } = await chain[operation]({ to, data })
      if (status === 0) throw new Error(`${way}: ${error}`)
      return returnValue
    }
    const operations = {
      'transaction and block': onChain('sendTransaction'),
      transaction: await executor(chain, to, data),
      call: onChain('call'),
    }
    for (const [name, run] of Object.entries(operations))
      contenders.push(contender(`${name}, ${way}`, async () => decode(await run()), sample, expected))
  }
  return contenders
}

/** The program by the interpreter on the kernel: constants are copied into its memory each time. */
function interpreter(program: Program): Infer {
  const kernel = createWasmKernel()
  const memory = createBenchMemory(kernel)
  const bodyOf = (instruction: ComputeInstruction) => uncheckedBody(kernel, instruction)
  const { shape } = program.inputs[0] as TensorType
  return (sample) => {
    memory.clear()
    const input = memory.of('int8', shape, signed(sample))
    return Buffer.concat(interpret(program, [input], { memory, bodyOf }).map(tensorBytes))
  }
}

/** How far TensorFlow Lite's outputs are from ours, over all samples. */
function compare({ program, samples }: BenchModel, infer: (sample: Uint8Array) => Uint8Array) {
  const ours = signed(Buffer.concat(samples.map((sample) => defined(program, sample))))
  const theirs = signed(Buffer.concat(samples.map(infer)))
  const distances = ours.map((value, index) => Math.abs(value - (theirs[index] as number)))
  const differing = distances.filter((distance) => distance > 0).length
  const most = differing > 0 ? `, by ${Math.max(...distances)} at most` : ''
  const note = `${differing} of ${ours.length} output bytes of ${samples.length} samples differ from ${TENSORFLOW_LITE}'s${most}`
  return { note, complaint: disagreement(theirs, ours, NEAR) }
}

/** The model by TensorFlow Lite, with a note on how its outputs compare. */
function loadTflite(tflite: Tflite, model: BenchModel, notes: string[]): PeerAttempt['load'] {
  return (name) => {
    const loaded = tflite.load(model.tflite)
    const infer = (sample: Uint8Array) => {
      loaded.inputs()[0]?.set(signed(sample))
      loaded.run()
      return Uint8Array.from(loaded.outputs()[0] ?? [])
    }
    const { note, complaint } = compare(model, infer)
    notes.push(note)
    const run = () => infer(model.samples[0] as Uint8Array)
    return { name, run, units: 1, check: () => complaint, release: loaded.release }
  }
}

/** A model by every way of running it here, and by TensorFlow Lite. All outputs are checked first. */
export async function inferenceCase(model: BenchModel, { tflite }: Peers): Promise<BenchCase> {
  const { name, program, doubleProgram, samples } = model
  const sample = samples[0] as Uint8Array
  const expected = defined(program, sample)
  const bound = (program: Program) => bindProgram(program, createWasmKernel()).run
  const ours = [
    ...(await chainContenders(program, sample, expected)),
    contender('interpreter', interpreter(program), sample, expected),
    contender('kernel', bound(program), sample, expected),
    contender('kernel, double rounding', bound(doubleProgram), sample, defined(doubleProgram, sample)),
  ]
  const agreement: string[] = []
  const attempts = tflite ? [{ name: TENSORFLOW_LITE, load: loadTflite(tflite, model, agreement) }] : []
  const { contenders: theirs, notes, release } = await loadContenders(attempts)
  return { name, contenders: [...ours, ...theirs], notes: [...agreement, ...notes], release }
}
