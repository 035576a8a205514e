import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Arena, createArena } from '../../evm-ext/arena.ts'
import { createWarmChunks } from '../../evm-ext/chunks.ts'
import { schedule } from '../../gas-model/index.ts'
import { HaltError, type TensorType } from '../../isa/index.ts'
import { createReferenceKernel, WASM_PAGE_BYTES } from '../../kernel/index.ts'

const limits = { tensorArenaBytes: 4096 * 4, tensorMaxHandles: 8 }

function bytesType(bytes: number): TensorType {
  return { dtype: 'int8', shape: [bytes] }
}

function haltOf(action: () => unknown): string | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    if (error instanceof HaltError) return error.code
    throw error
  }
}

function openArena(memory = createReferenceKernel().memory): Arena {
  const arena = createArena(memory)
  arena.enter()
  return arena
}

describe('accounting', () => {
  test('handles count from 1 in each frame and are never reused in it', () => {
    const arena = openArena()
    expect([1, 2, 3].map(() => arena.allocate(bytesType(1), limits))).toEqual([1, 2, 3])
    arena.free(2, 2)
    expect(arena.allocate(bytesType(1), limits)).toBe(4)
    expect(haltOf(() => arena.typeOf(3n))).toBe('BadHandle')
    arena.enter()
    expect(haltOf(() => arena.typeOf(1n))).toBe('BadHandle')
    expect(arena.allocate(bytesType(2), limits)).toBe(1)
    arena.exit()
    expect(arena.typeOf(1n)).toEqual(bytesType(1))
  })

  test.each([0n, 2n, 2n ** 64n, 2n ** 256n - 1n])('%s is no handle', (handle) => {
    const arena = openArena()
    arena.allocate(bytesType(1), limits)
    expect(haltOf(() => arena.typeOf(handle))).toBe('BadHandle')
    expect(haltOf(() => arena.tensor(handle))).toBe('BadHandle')
  })

  test('tensors take whole granules of 64 bytes; a frame gives back what it took', () => {
    const arena = openArena()
    arena.allocate(bytesType(1), limits)
    arena.allocate(bytesType(65), limits)
    expect(arena.liveBytes).toBe(192)
    arena.enter()
    arena.allocate({ dtype: 'int32', shape: [16] }, limits)
    expect([arena.liveBytes, arena.liveTensors]).toEqual([256, 3])
    arena.exit()
    expect([arena.liveBytes, arena.liveTensors]).toEqual([192, 2])
  })

  test('the peak counts pages of all frames, does not fall, and starts anew with the transaction', () => {
    const arena = openArena()
    arena.allocate(bytesType(4096), limits)
    expect(arena.peakPages).toBe(1)
    arena.enter()
    arena.allocate(bytesType(64), limits)
    arena.exit()
    expect(arena.peakPages).toBe(2)
    arena.free(1, 1)
    expect(arena.peakPages).toBe(2)
    arena.exit()
    arena.enter()
    expect(arena.peakPages).toBe(0)
  })

  test('tensors are numbered through all frames of a transaction', () => {
    const arena = openArena()
    arena.allocate(bytesType(1), limits)
    arena.enter()
    arena.allocate(bytesType(1), limits)
    expect(arena.idOf(1n)).toBe(2)
    arena.exit()
    arena.allocate(bytesType(1), limits)
    expect([arena.idOf(1n), arena.idOf(2n), arena.lastId]).toEqual([1, 3, 3])
  })

  test('the arena is full at the cap, not before, and a refused tensor leaves no trace', () => {
    const arena = openArena()
    arena.allocate(bytesType(limits.tensorArenaBytes - 64), limits)
    expect(haltOf(() => arena.allocate(bytesType(65), limits))).toBe('ArenaFull')
    expect(arena.allocate(bytesType(64), limits)).toBe(2)
    expect(haltOf(() => arena.allocate(bytesType(1), limits))).toBe('ArenaFull')
    expect(arena.liveBytes).toBe(limits.tensorArenaBytes)
  })

  test('the limit of live tensors holds over all frames, and comes after the cap', () => {
    const arena = openArena()
    for (let i = 0; i < 5; i++) arena.allocate(bytesType(1), limits)
    arena.enter()
    for (let i = 0; i < 3; i++) arena.allocate(bytesType(1), limits)
    expect(haltOf(() => arena.allocate(bytesType(1), limits))).toBe('TooManyHandles')
    expect(haltOf(() => arena.allocate(bytesType(limits.tensorArenaBytes), limits))).toBe('ArenaFull')
    arena.free(1, 1)
    expect(arena.allocate(bytesType(1), limits)).toBe(4)
  })

  test('freeing passes over what was freed and refuses what was never made', () => {
    const arena = openArena()
    for (let i = 0; i < 4; i++) arena.allocate(bytesType(1), limits)
    arena.free(2, 1)
    arena.free(1, 3)
    expect(arena.liveTensors).toBe(1)
    arena.free(9, 0)
    expect(haltOf(() => arena.free(4, 2))).toBe('BadHandle')
    expect(arena.typeOf(4n)).toEqual(bytesType(1))
  })
})

describe('placement', () => {
  test('a new tensor is aligned to 64 bytes, and lies where others were freed', () => {
    const arena = openArena()
    for (const size of [100, 64, 1, 300]) {
      const { data } = arena.tensor(BigInt(arena.allocate(bytesType(size), limits)))
      data.fill(-1)
    }
    arena.free(1, 3)
    const fresh = arena.tensor(BigInt(arena.allocate(bytesType(200), limits)))
    expect(fresh.data.byteOffset).toBe(WASM_PAGE_BYTES)
    expect(fresh.data.byteOffset % 64).toBe(0)
  })

  test("the kernel's own memory is not touched", () => {
    const { memory } = createReferenceKernel()
    new Uint8Array(memory.buffer).fill(7)
    const arena = openArena(memory)
    arena.tensor(BigInt(arena.allocate(bytesType(5000), limits))).data.fill(-1)
    expect(new Uint8Array(memory.buffer, 0, WASM_PAGE_BYTES).every((byte) => byte === 7)).toBe(true)
  })

  test('arenas over one memory keep apart', () => {
    const { memory } = createReferenceKernel()
    const [a, b] = [openArena(memory), openArena(memory)]
    for (let i = 0; i < 4; i++) {
      a.tensor(BigInt(a.allocate(bytesType(1000), limits))).data.fill(1)
      b.tensor(BigInt(b.allocate(bytesType(1000), limits))).data.fill(2)
    }
    for (let handle = 1n; handle <= 4n; handle++) {
      expect(new Set(a.tensor(handle).data)).toEqual(new Set([1]))
      expect(new Set(b.tensor(handle).data)).toEqual(new Set([2]))
    }
    a.exit()
    expect(new Set(b.tensor(2n).data)).toEqual(new Set([2]))
  })

  test('never fails below the cap, keeps all data, and needs three sixteenths more than the cap, however the arena is cut up', () => {
    const cap = 64 * 256
    const many = { tensorArenaBytes: cap, tensorMaxHandles: 1024 }
    const action = fc.oneof(
      { weight: 3, arbitrary: fc.record({ size: fc.integer({ min: 1, max: cap }) }) },
      { weight: 5, arbitrary: fc.record({ size: fc.integer({ min: 1, max: 640 }) }) },
      { weight: 4, arbitrary: fc.record({ from: fc.nat(), count: fc.integer({ min: 1, max: 3 }) }) },
      { weight: 1, arbitrary: fc.constant('enter' as const) },
      { weight: 1, arbitrary: fc.constant('exit' as const) },
    )
    fc.assert(
      fc.property(fc.array(action, { minLength: 50, maxLength: 300 }), (actions) => {
        const { memory } = createReferenceKernel()
        const arena = openArena(memory)
        const frames: Map<number, number>[] = [new Map()]
        let written = 0
        for (const next of actions) {
          const live = frames.at(-1) as Map<number, number>
          if (next === 'enter') {
            arena.enter()
            frames.push(new Map())
          } else if (next === 'exit') {
            if (frames.length === 1) continue
            arena.exit()
            frames.pop()
          } else if ('size' in next) {
            const fits = arena.liveBytes + Math.ceil(next.size / 64) * 64 <= cap
            if (!fits) {
              expect(haltOf(() => arena.allocate(bytesType(next.size), many))).toBe('ArenaFull')
              continue
            }
            const handle = arena.allocate(bytesType(next.size), many)
            const { data } = arena.tensor(BigInt(handle))
            written = (written % 127) + 1
            data.fill(written)
            live.set(handle, written)
          } else {
            const handles = [...live.keys()]
            const handle = handles[next.from % (handles.length || 1)]
            const made = Math.max(0, ...handles)
            if (handle === undefined || handle + next.count - 1 > made) continue
            arena.free(handle, next.count)
            for (let i = 0; i < next.count; i++) live.delete(handle + i)
          }
          for (const [handle, value] of frames.at(-1) as Map<number, number>)
            expect(arena.tensor(BigInt(handle)).data.every((found) => found === value)).toBe(true)
        }
        expect(memory.buffer.byteLength).toBeLessThanOrEqual(
          WASM_PAGE_BYTES * Math.ceil(1 + (1.1875 * cap) / WASM_PAGE_BYTES),
        )
      }),
      { numRuns: 60 },
    )
  })

  test('moves tensors together when holes leave no room', () => {
    const cap = 64 * 1024
    const many = { tensorArenaBytes: cap, tensorMaxHandles: 1024 }
    const { memory } = createReferenceKernel()
    const arena = openArena(memory)
    const live = new Map<number, number>()
    const fill = (size: number) => {
      while (arena.liveBytes + size <= cap) {
        const handle = arena.allocate(bytesType(size), many)
        live.set(handle, handle % 127)
        arena.tensor(BigInt(handle)).data.fill(handle % 127)
      }
    }
    const placed = () =>
      [...live.keys()]
        .map((handle) => ({ handle, data: arena.tensor(BigInt(handle)).data }))
        .sort((a, b) => a.data.byteOffset - b.data.byteOffset)
    // Frees all tensors but those without which a hole of `size` bytes would arise.
    const thin = (size: number) => {
      let holeStart = WASM_PAGE_BYTES
      const tensors = placed()
      tensors.forEach(({ handle, data }, index) => {
        const next = tensors[index + 1]?.data.byteOffset ?? Number.POSITIVE_INFINITY
        if (next - holeStart < size) {
          arena.free(handle, 1)
          live.delete(handle)
        } else holeStart = data.byteOffset + data.byteLength
      })
    }
    const ends: number[] = []
    let moved = 0
    for (let size = 64; size <= 1024; size *= 2) {
      const before = placed().map(({ handle, data }) => [handle, data.byteOffset] as const)
      fill(size)
      for (const [handle, offset] of before) if (arena.tensor(BigInt(handle)).data.byteOffset < offset) moved++
      ends.push(Math.max(...placed().map(({ data }) => data.byteOffset + data.byteLength)))
      for (const { handle, data } of placed()) expect(new Set(data)).toEqual(new Set([live.get(handle)]))
      thin(size * 2)
    }
    expect(moved).toBeGreaterThan(0)
    expect(Math.max(...ends)).toBeLessThanOrEqual(WASM_PAGE_BYTES + 1.1875 * cap)
  })
})

describe('errors of use', () => {
  test('there are no tensors without a frame', () => {
    const arena = createArena(createReferenceKernel().memory)
    expect(() => arena.allocate(bytesType(1), limits)).toThrow('no frame is open')
    expect(() => arena.exit()).toThrow('no frame is open')
  })
})

describe('warm chunks', () => {
  const price = (chunks: ReturnType<typeof createWarmChunks>, root: bigint, first: number, count: number) =>
    chunks.price(root, { firstByte: first * 32768, length: count * 32768 }, schedule)

  test('cold once, warm after, apart by model', () => {
    const chunks = createWarmChunks()
    const access = price(chunks, 1n, 0, 3)
    expect(access.gas).toBe(3 * 6600)
    expect(price(chunks, 1n, 0, 3).gas).toBe(3 * 6600)
    chunks.warm(access)
    expect(price(chunks, 1n, 1, 3).gas).toBe(2 * 100 + 6600)
    expect(price(chunks, 2n, 1, 1).gas).toBe(6600)
  })

  test('a roll back makes cold what was warmed after the mark, and no more', () => {
    const chunks = createWarmChunks()
    chunks.warm(price(chunks, 1n, 0, 1))
    const mark = chunks.mark()
    chunks.warm(price(chunks, 1n, 0, 2))
    chunks.rollBack(mark)
    expect(price(chunks, 1n, 0, 2).gas).toBe(100 + 6600)
    chunks.rollBack(0)
    expect(price(chunks, 1n, 0, 2).gas).toBe(2 * 6600)
  })
})
