import { Interface } from 'ethers'
import type { Chain, Hex, Receipt } from '../evm-ext/index.ts'
import { byteLength, type Tensor, tensorBytes, tensorView } from '../isa/index.ts'
import { interpret, type Program } from '../model/index.ts'
import { type CompiledModel, deployModel } from './contract.ts'
import type { InferencePath } from './paths.ts'

/** One inference: canonical bytes of the outputs, the transaction's gas (0 where there is none), and wall time. */
export type Inference = { readonly output: Uint8Array; readonly gas: number; readonly milliseconds: number }

/** A program made ready on one path. */
export type InferenceRunner = {
  readonly path: InferencePath
  /** Bytes of code that the path put on the chain, weights in code included; 0 where it put none. */
  readonly codeBytes: number
  /**
   * Runs one sample: the canonical bytes of the program's inputs, one after another.
   *
   * @throws {Error} when the transaction fails, with the reason
   * @throws {RangeError} without a chain, when the sample has another length
   */
  infer(sample: Uint8Array): Promise<Inference>
}

/** Bytes of one sample of a program. */
export function sampleBytes(program: Program): number {
  return program.inputs.reduce((sum, type) => sum + byteLength(type), 0)
}

const predictABI = new Interface(['function predict(bytes input) view returns (bytes output)'])

function referenceRunner(program: Program): InferenceRunner {
  return {
    path: 'reference',
    codeBytes: 0,
    async infer(sample) {
      const start = performance.now()
      if (sample.length !== sampleBytes(program))
        throw new RangeError(`sample: ${sample.length} bytes, expected ${sampleBytes(program)}`)
      let offset = 0
      const inputs = program.inputs.map((type): Tensor => {
        const bytes = new Uint8Array(sample.subarray(offset, offset + byteLength(type)))
        offset += bytes.length
        return tensorView(type, bytes.buffer, 0)
      })
      const output = Buffer.concat(interpret(program, inputs).map(tensorBytes))
      return { output, gas: 0, milliseconds: performance.now() - start }
    },
  }
}

async function transact(chain: Chain, to: Hex, data: Uint8Array | string): Promise<Receipt & { milliseconds: number }> {
  const start = performance.now()
  const receipt = await chain.sendTransaction({ to, data })
  const milliseconds = performance.now() - start
  if (receipt.status === 0) throw new Error(`the transaction failed: ${receipt.error}, ${receipt.gasUsed} gas used`)
  return { ...receipt, milliseconds }
}

async function precompileRunner(chain: Chain, program: Program): Promise<InferenceRunner> {
  const { root } = await chain.registerModel(program)
  return {
    path: 'precompile',
    codeBytes: 0,
    async infer(sample) {
      const input = Buffer.concat([Buffer.from(root.slice(2), 'hex'), sample])
      const { returnValue, gasUsed, milliseconds } = await transact(chain, chain.genesis.precompile, input)
      return { output: returnValue, gas: Number(gasUsed), milliseconds }
    },
  }
}

async function instructionsRunner(
  chain: Chain,
  program: Program,
  contract: CompiledModel | undefined,
): Promise<InferenceRunner> {
  const { address, codeBytes } = await deployModel(chain, program, contract)
  return {
    path: 'instructions',
    codeBytes,
    async infer(sample) {
      const data = predictABI.encodeFunctionData('predict', [sample])
      const { returnValue, gasUsed, milliseconds } = await transact(chain, address, data)
      const [output] = predictABI.decodeFunctionResult('predict', returnValue)
      return { output: Buffer.from(String(output).slice(2), 'hex'), gas: Number(gasUsed), milliseconds }
    },
  }
}

/**
 * Makes a program ready to run on a path. `instructions` and `precompile` put the model on a chain and run each sample in
 * a transaction of its own; `reference` evaluates the program plainly.
 *
 * @param chain - starts the chain, where one is needed
 * @param contract - the program's contract, if it was compiled already
 */
export async function createRunner(
  path: InferencePath,
  program: Program,
  chain: () => Promise<Chain>,
  contract?: CompiledModel,
): Promise<InferenceRunner> {
  if (path === 'reference') return referenceRunner(program)
  if (path === 'precompile') return precompileRunner(await chain(), program)
  return instructionsRunner(await chain(), program, contract)
}
