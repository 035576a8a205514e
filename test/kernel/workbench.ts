import { byteLength, roundUp, type Tensor, type TensorType, tensorBytes, tensorView } from '../../isa/index.ts'
import { type Kernel, kernelBody, WASM_PAGE_BYTES } from '../../kernel/index.ts'
import { DESCRIPTOR, DESCRIPTOR_BYTES, SCRATCH, SCRATCH_BYTES } from '../../kernel/layout.ts'
import { createRandom, type Random, randomOrder } from './random.ts'
import { isTensor, type RandomCall } from './randomCase.ts'

/** Tensors start at multiples of this many bytes. */
const GRANULE_BYTES = 64
/** Bytes before the first and after the last tensor that are watched, where the memory has them. */
const MARGIN_BYTES = 1024
const NOISE_BYTES = 2 ** 18
/** Bytes of the kernel's scratch that get dirty before each call; all of it is, at first. */
const SCRATCH_NOISE_BYTES = 16384
/** Where signed addresses would turn negative. */
const SIGN_BOUNDARY = 2 ** 31
const MEMORY_LIMIT = 2 ** 32

/** What a body did with a call. */
export type PlacedResult = {
  readonly output: Tensor
  /** Where each tensor lay, by the operand's name, for messages. */
  readonly addresses: Readonly<Record<string, number>>
  /** What it wrote outside its output; undefined when nothing. */
  readonly trespass: string | undefined
}

/** A kernel's memory, in which calls are placed among random bytes. */
export type Workbench = {
  readonly kernel: Kernel
  /** Runs a call on tensors that are placed anew. The output holds until the next call. */
  run(call: RandomCall, random: Random): PlacedResult
}

function grow({ memory }: Kernel, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / WASM_PAGE_BYTES))
}

/** Grows a memory as far as it can: to 4 GiB, or by one page less where a kernel keeps addresses from wrapping. */
function growWhole(kernel: Kernel): void {
  try {
    grow(kernel, MEMORY_LIMIT)
  } catch {
    grow(kernel, MEMORY_LIMIT - WASM_PAGE_BYTES)
  }
}

/** First byte of the tensors: low, astride the sign of an address, or so that the last one ends the memory. */
function choosePlace(random: Random, start: number, end: number, total: number): number {
  const style = random.below(4)
  if (style === 0) return end - total
  if (style === 1 && end > SIGN_BOUNDARY) return SIGN_BOUNDARY - roundUp(random.below(total + 1), GRANULE_BYTES)
  return start + MARGIN_BYTES + GRANULE_BYTES * random.below(64)
}

/**
 * Uses `kernel` as a client does: tensors lie above what its memory holds now, at multiples of 64 bytes, most of them right
 * behind each other. All memory that a body may not rely on is dirty.
 *
 * @param wholeMemory - whether to grow the memory as far as it can, so that addresses reach 2^31 and more
 */
export function createWorkbench(kernel: Kernel, wholeMemory = false): Workbench {
  const start = roundUp(kernel.memory.buffer.byteLength, GRANULE_BYTES)
  if (wholeMemory) growWhole(kernel)
  else grow(kernel, start + WASM_PAGE_BYTES)
  const noise = new Uint8Array(NOISE_BYTES)
  const bits = createRandom(start)
  for (let i = 0; i < NOISE_BYTES; i++) noise[i] = bits.bits()

  const spoil = (random: Random, first: number, end: number) => {
    const bytes = new Uint8Array(kernel.memory.buffer, first, end - first)
    for (let done = 0; done < bytes.length; ) {
      const from = random.below(NOISE_BYTES)
      const run = Math.min(NOISE_BYTES - from, bytes.length - done)
      bytes.set(noise.subarray(from, from + run), done)
      done += run
    }
  }
  const hasScratch = start >= SCRATCH + SCRATCH_BYTES
  if (hasScratch) spoil(bits, SCRATCH, SCRATCH + SCRATCH_BYTES)
  const spoilScratch = (random: Random) => {
    spoil(random, DESCRIPTOR, DESCRIPTOR + DESCRIPTOR_BYTES)
    spoil(random, SCRATCH, SCRATCH + SCRATCH_NOISE_BYTES)
  }

  const run = ({ instruction, operands, output }: RandomCall, random: Random): PlacedResult => {
    const originals = [...new Set(Object.values(operands).filter(isTensor))]
    const types: readonly TensorType[] = [output, ...originals]
    const offsets: number[] = []
    let total = 0
    for (const index of randomOrder(random, types.length)) {
      if (random.oneIn(4)) total += GRANULE_BYTES * random.between(1, 4)
      offsets[index] = total
      total += roundUp(byteLength(types[index] as TensorType), GRANULE_BYTES)
    }
    grow(kernel, start + 2 * MARGIN_BYTES + 64 * GRANULE_BYTES + total)

    const { buffer } = kernel.memory
    const base = choosePlace(random, start, buffer.byteLength, total)
    const first = Math.max(start, base - MARGIN_BYTES)
    const end = Math.min(buffer.byteLength, base + total + MARGIN_BYTES)
    spoil(random, first, end)
    if (hasScratch) spoilScratch(random)

    const placed = new Map<Tensor, Tensor>()
    originals.forEach((original, index) => {
      const copy = tensorView(original, buffer, base + (offsets[index + 1] as number))
      tensorBytes(copy).set(tensorBytes(original))
      placed.set(original, { ...copy, source: original.source })
    })
    const result = tensorView(output, buffer, base + (offsets[0] as number))
    const entries = Object.entries(operands).map(([name, value]) => [name, isTensor(value) ? placed.get(value) : value])
    const bound = Object.fromEntries(entries)

    const region = Buffer.from(buffer, first, end - first)
    const before = Buffer.from(region)
    kernelBody(kernel, instruction)(bound, result)

    const outputStart = result.data.byteOffset - first
    const outputEnd = outputStart + result.data.byteLength
    const isIntact = (from: number, to: number) => before.compare(region, from, to, from, to) === 0
    const addresses = Object.fromEntries(
      Object.entries({ ...bound, output: result }).flatMap(([name, value]) =>
        isTensor(value) ? [[name, value.data.byteOffset]] : [],
      ),
    )
    let trespass: string | undefined
    if (!isIntact(0, outputStart) || !isIntact(outputEnd, region.length)) {
      const changed = before.findIndex(
        (byte, index) => (index < outputStart || index >= outputEnd) && byte !== region[index],
      )
      const where = changed < outputStart ? `${outputStart - changed} before` : `${changed - outputEnd} after`
      trespass = `wrote address ${first + changed}, ${where} the output's ${changed < outputStart ? 'start' : 'end'}`
    }
    return { output: result, addresses, trespass }
  }
  return { kernel, run }
}
