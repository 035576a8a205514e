import type { Common } from '@ethereumjs/common'
import { Address, bigIntToAddressBytes } from '@ethereumjs/util'
import { GRANULE_BYTES, parameterNames, type TensorParameterName, type TensorParameters } from '../gas-model/index.ts'
import { describe, suggestion } from './wording.ts'

/**
 * Number under which a chain's Common holds the tensor fork's parameters and activation.
 *
 * It is private: no EIP has it, and EIPs are numbered far below, so no fork of Ethereum can ever list it by accident and
 * no parameter of a real EIP is overwritten (the EVM replaces the parameters of the EIPs that it knows with its own).
 */
export const TENSOR_EIP = 900001

/**
 * Most arena bytes that a chain can set. The tensors of an EVM and of a copy of it, with room for holes between them, fit
 * one 32-bit linear memory beside what the kernel keeps there.
 */
export const MAX_ARENA_BYTES = 2 ** 30 - 65536

/** Most live tensors that a chain can set: TFREE's price counts no more. */
const MAX_HANDLES = 1024

/** The fork's prices and limits at one hardfork, with the addresses of its two contracts. */
export type TensorForkParameters = TensorParameters & {
  /** Address of the inference precompile. */
  readonly tensorPrecompileAddress: Address
  /** Address of the model registry. */
  readonly tensorRegistryAddress: Address
}

// Common makes a new cache object at each change of hardfork or parameters, so its identity says whether what was read
// from it still holds. Common has no public sign of that.
const read = new WeakMap<object, TensorForkParameters>()

/** Whether the tensor fork is active at the current hardfork of `common`. */
export function isTensorActive(common: Common): boolean {
  return common.isActivatedEIP(TENSOR_EIP)
}

/**
 * Reads the tensor fork's parameters at the current hardfork of `common`. Cheap: read once for each hardfork.
 *
 * @throws {Error} when the fork is not active, or `common` holds a value that {@link checkTensorParameters} refuses
 */
export function tensorParameters(common: Common): TensorForkParameters {
  const source = Reflect.get(common, '_paramsCache') as object
  const known = read.get(source)
  if (known !== undefined) return known
  if (!isTensorActive(common)) throw new Error(`the tensor fork is not active at hardfork ${common.hardfork()}`)
  const values: Record<string, number | Address> = {}
  for (const name of parameterNames) values[name] = Number(common.param(name))
  checkTensorParameters(values, `Common parameters at hardfork ${common.hardfork()}`)
  for (const name of ['tensorPrecompileAddress', 'tensorRegistryAddress'])
    values[name] = new Address(bigIntToAddressBytes(common.param(name)))
  const parameters = values as TensorForkParameters
  read.set(source, parameters)
  return parameters
}

/**
 * Checks parameters that a person gave, for instance in a genesis file: known names, integers in 0..2^53-1, an arena of
 * whole granules that fits a 32-bit linear memory.
 *
 * @param where - what the message calls the object
 * @throws {TypeError} on anything but an object of numbers, or an unknown name; the message suggests one that is near
 * @throws {RangeError} on a number out of range
 */
export function checkTensorParameters(given: unknown, where = 'parameters'): Partial<TensorParameters> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError(`${where}: expected an object of parameters, found ${describe(given)}`)
  for (const [name, value] of Object.entries(given)) {
    const path = `${where}.${name}`
    if (!(parameterNames as readonly string[]).includes(name))
      throw new TypeError(`${path}: no such parameter${suggestion(name, parameterNames)}`)
    if (typeof value !== 'number')
      throw new TypeError(`${path}: expected an integer in 0..2^53-1, found ${describe(value)}`)
    if (name === 'tensorBaseGas' && value === 0)
      throw new RangeError(`${path}: expected at least 1, for no instruction is free, found 0`)
    if (name === 'tensorMaxHandles' && value > MAX_HANDLES)
      throw new RangeError(`${path}: expected at most ${MAX_HANDLES}, found ${value}`)
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`${path}: expected an integer in 0..2^53-1, found ${value}`)
    if (
      name === ('tensorArenaBytes' satisfies TensorParameterName) &&
      (value > MAX_ARENA_BYTES || value % GRANULE_BYTES)
    )
      throw new RangeError(`${path}: expected a multiple of ${GRANULE_BYTES} up to ${MAX_ARENA_BYTES}, found ${value}`)
  }
  return given
}
