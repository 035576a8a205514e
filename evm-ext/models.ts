import { EVMError } from '@ethereumjs/evm'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { ensure, type ModelTensors, tensorBytes } from '../isa/index.ts'
import type { Program } from '../model/program.ts'
import { encodeWords } from '../model/records.ts'
import type { Root } from '../model/root.ts'
import type { ModelStore } from '../model/store.ts'
import { MissingModelError } from './errors.ts'
import type { EVMState } from './state.ts'

/** Storage slot of the registry's mapping from roots to lengths. */
const MAPPING_SLOT = 0n

/** A registered model, and what finding it cost. */
export type RegisteredModel = {
  readonly program: Program
  readonly tensors: ModelTensors
  /** EIP-2929 price of the storage slot that holds the registration. */
  readonly gas: number
  /** The slot, for the access to be made when it is paid. */
  readonly slot: Uint8Array
}

/** Finds models by root: on chain whether they are registered, in the store what they are. */
export type Models = {
  /**
   * Looks a model up. State is read only when `gasLeft` pays for it.
   *
   * @throws {EVMError} out of gas, when `gasLeft` does not pay for reading the registry
   * @throws {HaltError} `UnknownModel` when the root is not registered
   * @throws {MissingModelError} when it is, and the store lacks it
   */
  find(root: bigint, gasLeft: bigint): Promise<RegisteredModel>
}

/** Models of a chain's registry with their bytes from `store`. */
export function createModels(state: EVMState, store: ModelStore): Models {
  const tensorsOf = new WeakMap<Program, ModelTensors>()

  const modelTensors = (root: bigint, program: Program): ModelTensors => {
    const known = tensorsOf.get(program)
    if (known !== undefined) return known
    const { constants } = program
    const tensors: ModelTensors = {
      root,
      types: constants,
      bytes(index) {
        const tensor = constants[index]
        if (tensor === undefined) throw new RangeError(`index: the model has ${constants.length} tensors, not ${index}`)
        return tensorBytes(tensor)
      },
    }
    tensorsOf.set(program, tensors)
    return tensors
  }

  return {
    async find(root, gasLeft) {
      const slot = keccak_256(encodeWords([root, MAPPING_SLOT]))
      const gas = state.registryGas(slot)
      if (BigInt(gas) > gasLeft) throw new EVMError(EVMError.errorMessages.OUT_OF_GAS)
      const registration = await state.readRegistry(slot)
      ensure(
        registration.some((byte) => byte !== 0),
        'UnknownModel',
        `${toRoot(root)} is not registered`,
      )
      const program = await store.get(toRoot(root))
      if (program === undefined) throw new MissingModelError(toRoot(root))
      return { program, tensors: modelTensors(root, program), gas, slot }
    },
  }
}

function toRoot(word: bigint): Root {
  return `0x${word.toString(16).padStart(64, '0')}`
}
