import { readFileSync } from 'node:fs'
import { keccak256, toBeHex } from 'ethers'
import { compile, type Settings, type StandardJsonOutput } from '../../../compiler-ext/index.ts'
import type { TensorEVM } from '../../../evm-ext/tensorEVM.ts'
import { setUp } from '../../evm-ext/setup.ts'
import { contractOf, type Deployed, deploy } from '../setup.ts'

/** The optimizer settings under which lowered code has to mean the same. */
export const optimizers = [
  { enabled: false },
  { enabled: true, runs: 1 },
  { enabled: true, runs: 200 },
  { enabled: true, runs: 1_000_000 },
]

/** Two of them, for what does not depend on the order of memory and stack. */
export const twoOptimizers = optimizers.filter((_, i) => i % 2 === 0)

/** Text of a source of this folder. */
export function readSource(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8')
}

/** The same without tags: source that plain solc compiles to code that means something else, but has the same form. */
export function withoutMarkers(file: string): string {
  return readSource(file).replaceAll(/^.*@custom:evm-opcode.*\n/gm, '')
}

const outputs = ['abi', 'evm.bytecode', 'evm.deployedBytecode']

/** Compiles a file of this folder, or other text under its name; everything is selected that is needed to run it. */
export function compileTough(file: string, settings: Settings = {}, text = readSource(file)): StandardJsonOutput {
  const sources = { 'Ops.sol': { content: readSource('Ops.sol') }, [file]: { content: text } }
  return compile({
    language: 'Solidity',
    sources,
    settings: { outputSelection: { [file]: { '*': outputs } }, ...settings },
  })
}

/** A chain with tensor instructions, and the contracts of a file. */
export type World = {
  readonly evm: TensorEVM
  readonly output: StandardJsonOutput
  /** Deploys a contract of the file. */
  open(name: string, ...values: readonly unknown[]): Promise<Deployed>
}

export async function openWorld(file: string, settings: Settings): Promise<World> {
  const output = compileTough(file, settings)
  const { evm } = await setUp()
  return { evm, output, open: (name, ...values) => deploy(evm, contractOf(output, name, file), ...values) }
}

/** The canonical bytes of an int32 vector. */
export function int32s(...values: readonly number[]): string {
  return `0x${Buffer.from(Int32Array.from(values).buffer).toString('hex')}`
}

/** Type word of an int32 vector. */
export function int32Type(length: number): bigint {
  return (BigInt(length) << 16n) | 0x103n
}

/** Commitment of an int32 vector of at most 64 values, one leaf, as SPEC.md defines it; with ethers alone. */
export function commitment(...values: readonly number[]): string {
  const leaf = Buffer.alloc(256)
  leaf.set(Buffer.from(int32s(...values).slice(2), 'hex'))
  return keccak256(`0x${toBeHex(int32Type(values.length), 32).slice(2)}${keccak256(leaf).slice(2)}`)
}
