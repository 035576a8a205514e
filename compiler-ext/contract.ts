import { byteLength } from '../isa/index.ts'
import {
  lowerProgram,
  type MachineStep,
  modelRoot,
  type Program,
  type Root,
  type WeightsPlace,
  weightsCode,
} from '../model/index.ts'
import { contractSource } from './contractSource.ts'

/** Largest code of an account (EIP-170). */
const MAX_CODE_BYTES = 24576

/** Names that a contract can't have, for its source imports them from the library. */
export const takenContractNames: readonly string[] = ['Tensor', 'TensorInstructions']

export type ContractOptions = {
  /** Name of the contract: a capital letter, then letters, digits and underscores; none of {@link takenContractNames}. */
  readonly name: string
  /**
   * Where the weights are: in the registry, under the model's root; in the code of an account, whose address the
   * constructor takes; or `auto`: in code when they fit one account.
   */
  readonly weights: WeightsPlace | 'auto'
  /** What the bytes of the input mean, for the documentation of the contract. */
  readonly inputDoc?: string
}

/** A contract that runs a model. */
export type GeneratedContract = {
  readonly name: string
  /** Solidity that imports `tensor-evm/Tensor.sol`; compile it with `compileSources` or tsolc. */
  readonly source: string
  /** The model's root; with weights `model`, the registry must know it before the contract runs. */
  readonly root: Root
  /** Where the weights are, `none` for a program without constants. The constructor has an argument only with `code`. */
  readonly weights: WeightsPlace | 'none'
  /** Init code of the account that holds the weights, with weights `code`. */
  readonly dataInitCode?: Uint8Array
  /** The tensor instructions of `predict`, in order. */
  readonly steps: readonly MachineStep[]
}

/**
 * Init code that deploys a program's weights as the code of an account: STOP, then the canonical bytes of each constant.
 *
 * @throws {RangeError} when the weights are larger than 24,575 bytes, which the code of one account has room for
 */
export function dataContractInitCode(program: Program): Uint8Array {
  const code = weightsCode(program)
  if (code.length > MAX_CODE_BYTES)
    throw new RangeError(`weights: ${code.length - 1} bytes do not fit the ${MAX_CODE_BYTES - 1} of an account's code`)
  // PUSH2 length, DUP1, PUSH1 10 (where the code begins), PUSH0, CODECOPY, PUSH0, RETURN
  return Uint8Array.of(0x61, code.length >> 8, code.length & 0xff, 0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3, ...code)
}

function placeOf(program: Program, wanted: ContractOptions['weights']): GeneratedContract['weights'] {
  if (program.constants.length === 0) return 'none'
  if (wanted !== 'auto') return wanted
  const bytes = program.constants.reduce((sum, tensor) => sum + byteLength(tensor), 0)
  return bytes < MAX_CODE_BYTES ? 'code' : 'model'
}

/**
 * Writes a Solidity contract that runs a program with tensor instructions.
 *
 * `predict(bytes input) returns (bytes output)` takes and gives the canonical bytes of the inputs and outputs, one tensor
 * after the other. A program whose one output is a score for each class, int8 [1,..,1,N], also gets
 * `classify(bytes input) returns (uint256 class)`: the position of the highest score, the lowest of equals. Both revert with
 * `WrongInputLength(uint256 length, uint256 expected)` when the input is not as long as the inputs together.
 *
 * Handles are literals, counted from 1 in the call frame. So the functions are external, and each call runs in a frame
 * of its own.
 *
 * @throws {TypeError} when the name is not one
 * @throws {RangeError} when the program is not valid, or its weights do not fit the code of one account and have to
 */
export function generateContract(program: Program, options: ContractOptions): GeneratedContract {
  const { name, inputDoc } = options
  // No keyword of Solidity begins with a capital letter.
  if (!/^[A-Z]\w*$/.test(name))
    throw new TypeError(
      `name: expected a capital letter, then letters, digits and underscores, found ${JSON.stringify(name)}`,
    )
  if (takenContractNames.includes(name)) throw new TypeError(`name: ${name} is taken by the library`)
  const weights = placeOf(program, options.weights)
  const steps = lowerProgram(program, { weights: weights === 'code' ? 'code' : 'model' })
  const root = modelRoot(program)
  const source = contractSource({ program, name, root, steps, hasWeightsAccount: weights === 'code', inputDoc })
  const data = weights === 'code' ? { dataInitCode: dataContractInitCode(program) } : {}
  return { name, source, root, weights, steps, ...data }
}
