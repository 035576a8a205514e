import { Common } from '@ethereumjs/common'
import { createEVM } from '@ethereumjs/evm'
import { describe, expect, test } from 'vitest'
import {
  checkTensorParameters,
  createTensorCommon,
  defaultGenesis,
  isTensorActive,
  MAX_ARENA_BYTES,
  TENSOR_EIP,
  tensorParameters,
} from '../../evm-ext/index.ts'
import { parameterNames, schedule } from '../../gas-model/index.ts'

describe('checkTensorParameters', () => {
  test('takes what the schedule has, and any part of it', () => {
    expect(checkTensorParameters(schedule)).toBe(schedule)
    expect(checkTensorParameters({})).toEqual({})
    expect(checkTensorParameters({ tensorPageGas: 0, tensorColdChunkGas: 2 ** 53 - 1 })).toBeDefined()
    expect(checkTensorParameters({ tensorArenaBytes: MAX_ARENA_BYTES })).toBeDefined()
  })

  const refused: [given: unknown, message: string][] = [
    [undefined, 'p: expected an object of parameters, found nothing'],
    [[1], 'p: expected an object of parameters, found an array'],
    [{ tensorbasegas: 1 }, 'p.tensorbasegas: no such parameter; did you mean tensorBaseGas?'],
    [{ tensorTileMacQ16: 1 }, 'p.tensorTileMacQ16: no such parameter; did you mean tensorTileMacsQ16?'],
    [{ tensorRegistryAddress: 1 }, 'p.tensorRegistryAddress: no such parameter'],
    [{ tensorBaseGas: 0 }, 'p.tensorBaseGas: expected at least 1, for no instruction is free, found 0'],
    [{ tensorMaxHandles: 1025 }, 'p.tensorMaxHandles: expected at most 1024, found 1025'],
    [{ tensorBaseGas: '1' }, 'p.tensorBaseGas: expected an integer in 0..2^53-1, found "1"'],
    [{ tensorBaseGas: null }, 'p.tensorBaseGas: expected an integer in 0..2^53-1, found null'],
    [{ tensorBaseGas: -1 }, 'p.tensorBaseGas: expected an integer in 0..2^53-1, found -1'],
    [{ tensorBaseGas: 1.5 }, 'p.tensorBaseGas: expected an integer in 0..2^53-1, found 1.5'],
    [{ tensorBaseGas: Number.NaN }, 'p.tensorBaseGas: expected an integer in 0..2^53-1, found NaN'],
    [{ tensorBaseGas: 2 ** 53 }, 'p.tensorBaseGas: expected an integer in 0..2^53-1, found 9007199254740992'],
    [{ tensorArenaBytes: 65 }, 'p.tensorArenaBytes: expected a multiple of 64 up to 1073676288, found 65'],
    [{ tensorArenaBytes: 2 ** 32 }, 'p.tensorArenaBytes: expected a multiple of 64 up to 1073676288, found 4294967296'],
  ]
  test.each(refused)('refuses %j', (given, message) => {
    expect(() => checkTensorParameters(given, 'p')).toThrow(message)
  })
})

describe('tensorParameters', () => {
  const genesis = defaultGenesis({
    tensorTime: 100,
    forks: [{ name: 'cheaper', time: 200, parameters: { tensorBaseGas: 7 } }],
  })

  test('at each fork, read once', () => {
    const common = createTensorCommon(genesis)
    expect(isTensorActive(common)).toBe(false)
    expect(() => tensorParameters(common)).toThrow('the tensor fork is not active at hardfork osaka')
    common.setHardfork('tensor')
    const first = tensorParameters(common)
    expect(first).toMatchObject(schedule)
    expect(tensorParameters(common)).toBe(first)
    common.setHardfork('cheaper')
    expect(tensorParameters(common)).toMatchObject({ ...schedule, tensorBaseGas: 7 })
    common.setHardfork('tensor')
    expect(tensorParameters(common)).toMatchObject(schedule)
  })

  test('follows a change of parameters at the same fork', () => {
    const common = createTensorCommon(defaultGenesis())
    expect(tensorParameters(common).tensorPageGas).toBe(schedule.tensorPageGas)
    common.updateParams({ [TENSOR_EIP]: { tensorPageGas: 1 } })
    expect(tensorParameters(common).tensorPageGas).toBe(1)
    expect(tensorParameters(common.copy()).tensorPageGas).toBe(1)
  })

  test.each([
    ['-1', -1],
    ['2^53', 2 ** 53],
  ])('refuses %s, which Common takes', (_name, value) => {
    const common = createTensorCommon(defaultGenesis())
    common.updateParams({ [TENSOR_EIP]: { tensorBaseGas: value } })
    expect(() => tensorParameters(common)).toThrow('Common parameters at hardfork tensor.tensorBaseGas')
  })

  test('every name of the schedule is a number', () => {
    const parameters = tensorParameters(createTensorCommon(defaultGenesis()))
    for (const name of parameterNames) expect(parameters[name], name).toBeTypeOf('number')
  })
})

// What @ethereumjs does today and this project works around; a failure here means that a workaround can go or must change.
describe('what Common and EVM do with a private EIP', () => {
  const chain = () => structuredClone(Reflect.get(createTensorCommon(defaultGenesis()), '_chainParams'))

  test('it is active by its fork, not by an option', () => {
    expect(() => new Common({ chain: chain(), hardfork: 'osaka', eips: [TENSOR_EIP] })).toThrow('not supported')
    expect(new Common({ chain: chain(), hardfork: 'tensor' }).isActivatedEIP(TENSOR_EIP)).toBe(true)
  })

  test('parameters are whole numbers at last: fractions throw when read', () => {
    const common = createTensorCommon(defaultGenesis())
    common.updateParams({ [TENSOR_EIP]: { tensorBaseGas: 1.5 } })
    expect(() => common.param('tensorBaseGas')).toThrow(RangeError)
  })

  test('createEVM refuses the fork, so createTensorEVM starts at one that it knows', async () => {
    const common = createTensorCommon(defaultGenesis())
    await expect(createEVM({ common })).rejects.toThrow('Hardfork tensor not set as supported')
  })
})
