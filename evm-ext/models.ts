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
   * Looks a model up. State is read only when `gasLeft` pays for it. A promise only where it has to be read.
   *
   * @throws {EVMError} out of gas, when `gasLeft` does not pay for reading the registry
   * @throws {HaltError} `UnknownModel` when the root is not registered
   * @throws {MissingModelError} when it is, and the store lacks it
   */
  find(root: bigint, gasLeft: number): RegisteredModel | Promise<RegisteredModel>
  /**
   * Makes the slot of a model warm. Where nothing but the frame itself runs and it can't write the registry, the model
   * stays registered and its slot warm, so it need not be read again.
   *
   * @param keep - whether that holds until {@link forget}
   */
  touch(model: RegisteredModel, keep: boolean): void
  /** Forgets what was kept: another frame begins, or this one goes on after it. */
  forget(): void
}

/** Slots of roots that were asked for lately; hashing takes longer than a small instruction. */
const slots = new Map<bigint, Uint8Array>()
const MAX_SLOTS = 256

/** Storage slot in which the registry keeps a root. */
function slotOf(root: bigint): Uint8Array {
  let slot = slots.get(root)
  if (slot === undefined) {
    slot = keccak_256(encodeWords([root, MAPPING_SLOT]))
    if (slots.size === MAX_SLOTS) slots.clear()
    slots.set(root, slot)
  }
  return slot
}

/** Models of a chain's registry with their bytes from `store`. */
export function createModels(state: EVMState, store: ModelStore): Models {
  const tensorsOf = new WeakMap<Program, ModelTensors>()
  let kept: RegisteredModel | undefined

  const modelTensors = (root: bigint, program: Program): ModelTensors => {
    const known = tensorsOf.get(program)
    if (known !== undefined) return known
    const { constants } = program
    const views: Uint8Array[] = []
    const tensors: ModelTensors = {
      root,
      types: constants,
      identity: (index) => constants[index],
      bytes(index) {
        const tensor = constants[index]
        if (tensor === undefined) throw new RangeError(`index: the model has ${constants.length} tensors, not ${index}`)
        views[index] ??= tensorBytes(tensor)
        return views[index]
      },
    }
    tensorsOf.set(program, tensors)
    return tensors
  }

  const read = async (root: bigint, slot: Uint8Array, gas: number): Promise<RegisteredModel> => {
    const registration = await state.readRegistry(slot)
    ensure(
      registration.some((byte) => byte !== 0),
      'UnknownModel',
      `${toRoot(root)} is not registered`,
    )
    const program = await store.get(toRoot(root))
    if (program === undefined) throw new MissingModelError(toRoot(root))
    return { program, tensors: modelTensors(root, program), gas, slot }
  }

  const ensurePaid = (gas: number, gasLeft: number) => {
    if (gas > gasLeft) throw new EVMError(EVMError.errorMessages.OUT_OF_GAS)
  }

  return {
    find(root, gasLeft) {
      if (kept?.tensors.root === root) {
        ensurePaid(kept.gas, gasLeft)
        return kept
      }
      const slot = slotOf(root)
      const gas = state.registryGas(slot)
      ensurePaid(gas, gasLeft)
      return read(root, slot, gas)
    },
    touch(model, keep) {
      if (model === kept) return
      state.touchRegistry(model.slot)
      kept = keep ? { ...model, gas: state.registryGas(model.slot) } : undefined
    },
    forget() {
      kept = undefined
    },
  }
}

function toRoot(word: bigint): Root {
  return `0x${word.toString(16).padStart(64, '0')}`
}
