import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { type CompiledContract, compileSources } from '../../compiler-ext/index.ts'
import { setUp } from '../evm-ext/setup.ts'
import { type Deployed, deploy } from './setup.ts'

const dtypeCodes = { int8: 1, int16: 2, int32: 3 } as const
const arrays = { int8: Int8Array, int16: Int16Array, int32: Int32Array } as const

export type DTypeName = keyof typeof dtypeCodes

/** A tensor with its elements as numbers. */
export type Numbers = {
  readonly dtype: DTypeName
  readonly dims: readonly number[]
  readonly values: readonly number[]
}

/** Canonical bytes as hex. */
export function bytesOf(dtype: DTypeName, values: readonly number[]): string {
  return `0x${Buffer.from(arrays[dtype].from(values).buffer).toString('hex')}`
}

/** A tensor as the contracts of `library/` take it. */
export function tensor(dtype: DTypeName, dims: readonly number[], values: readonly number[]) {
  return [dtypeCodes[dtype], dims, bytesOf(dtype, values)] as const
}

export const int8 = (dims: readonly number[], ...values: number[]) => tensor('int8', dims, values)
export const int16 = (dims: readonly number[], ...values: number[]) => tensor('int16', dims, values)
export const int32 = (dims: readonly number[], ...values: number[]) => tensor('int32', dims, values)

/** The operand that stands for no tensor. */
export const none = [0, [], '0x'] as const

/** A tensor that a contract gave. */
export function numbers(result: unknown): Numbers {
  const [code, dims, data] = result as readonly [bigint, readonly bigint[], string]
  const [dtype] = Object.entries(dtypeCodes).find(([, value]) => BigInt(value) === code) as [DTypeName, number]
  const bytes = Uint8Array.from(Buffer.from(data.slice(2), 'hex'))
  return { dtype, dims: dims.map(Number), values: [...new arrays[dtype](bytes.buffer)] }
}

export type Library = Deployed & {
  readonly evm: Awaited<ReturnType<typeof setUp>>['evm']
  readonly common: Awaited<ReturnType<typeof setUp>>['common']
  readonly state: Awaited<ReturnType<typeof setUp>>['state']
  /** Calls a function that gives a tensor. */
  tensor(name: string, ...args: readonly unknown[]): Promise<Numbers>
  /** Calls a function that must revert with an error of the library; its name, then its arguments. */
  failure(name: string, ...args: readonly unknown[]): Promise<readonly unknown[]>
}

/** What ethers makes of arguments, as numbers and plain lists. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value <= 2n ** 53n && value >= -(2n ** 53n) ? Number(value) : value
  return Array.isArray(value) ? [...value].map(plain) : value
}

/** Deploys a contract of a file of `library/` on the chain's own EVM, with every optimization that users have. */
export async function openLibrary(
  file: string,
  name: string,
  setup: Parameters<typeof setUp>[0] = {},
): Promise<Library> {
  const read = (path: string) => readFileSync(new URL(`library/${path}`, import.meta.url), 'utf8')
  const sources = { [`library/${file}`]: read(file) }
  const contracts = compileSources(sources, {
    readImport: (path) => (path === 'library/Base.sol' ? { contents: read('Base.sol') } : { error: 'File not found.' }),
  })
  const world = await setUp(setup)
  const contract = contracts[`library/${file}`]?.[name] as CompiledContract
  const deployed = await deploy(world.evm, contract)
  return {
    ...deployed,
    ...world,
    tensor: async (...args) => numbers(await deployed.value(...args)),
    async failure(...args) {
      const { error, data } = await deployed.call(...args)
      expect(error, `${args[0]} was to revert`).toBe('revert')
      const parsed = deployed.abi.parseError(data)
      return parsed === null ? [data] : [parsed.name, ...(plain(parsed.args.toArray()) as unknown[])]
    },
  }
}
