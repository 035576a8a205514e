import { fileURLToPath } from 'node:url'
import { WASM_PAGE_BYTES } from '../../kernel/index.ts'
import { kernelBinary } from '../../scripts/kernelBinary.ts'
import type { Contender } from '../harness/measure.ts'

type PeakExports = {
  readonly MACS_PER_TURN: { readonly value: number }
  multiplyAccumulate(operands: number, turns: number): number
  copy(target: number, source: number, bytes: number): void
}

/** What the machine can do at most in standard WebAssembly, to hold the kernel against. */
export type Machine = {
  /** Exact int8 multiply-accumulates that stay in registers. */
  readonly peak: Contender
  /** Copies of `bytes / 2`: they move `bytes` in all, as an instruction does that reads and writes so many. */
  copies(bytes: number, units: number): readonly Contender[]
}

export const PEAK = 'register peak'
export const MEMORY_COPY = 'memory.copy'
export const SET = 'Uint8Array.set'

const PEAK_TURNS = 10_000
const COPY_ROOM_BYTES = 16 * 2 ** 20

/** Compiles the loops of `bench/assembly`. */
export function createMachine(): Machine {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const module = new WebAssembly.Module(kernelBinary(root, 'bench/assembly/peak.ts'))
  const pages = (2 * COPY_ROOM_BYTES) / WASM_PAGE_BYTES
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as PeakExports
  const bytes = new Uint8Array(memory.buffer)
  for (let index = 0; index < bytes.length; index++) bytes[index] = Math.imul(index, 0x9e3779b1) >>> 24
  return {
    peak: {
      name: PEAK,
      isPeer: false,
      run: () => exports.multiplyAccumulate(0, PEAK_TURNS),
      units: PEAK_TURNS * exports.MACS_PER_TURN.value,
    },
    copies(moved, units) {
      const length = Math.ceil(moved / 2)
      if (length > COPY_ROOM_BYTES) throw new RangeError(`a copy of ${length} bytes is longer than ${COPY_ROOM_BYTES}`)
      const source = bytes.subarray(0, length)
      return [
        { name: MEMORY_COPY, isPeer: false, run: () => exports.copy(COPY_ROOM_BYTES, 0, length), units },
        { name: SET, isPeer: false, run: () => bytes.set(source, COPY_ROOM_BYTES), units },
      ]
    },
  }
}
