import { GRANULE_BYTES } from '../../../gas-model/index.ts'
import { encodeType } from '../../../isa/index.ts'
import { code, op } from '../../bytecode.ts'
import { call, putCode, type setUp } from '../setup.ts'
import { ALL_GAS, bytesType, endless, freeTop, make, POP, repeat } from './programs.ts'

/** Most gas of a transaction (EIP-7825). */
const MAX_TRANSACTION_GAS = 2n ** 24n
/** A contract that the attacker has put on the chain before. */
const HELPER = 0xa77ac
const ATTACKER = 0xa77acc0

/** A program that tries to make a node take more memory than its chain allows. */
export type MemoryAttack = {
  readonly name: string
  /** Codes that are called in turn, each in a transaction of its own. */
  codes(cap: number): readonly Uint8Array[]
  /** What they call, if anything. */
  helper?(cap: number): Uint8Array
}

/** Tensors of which every second is freed, so that none that is larger fits between; and the same again with those. */
function pinnedHoles(cap: number): Uint8Array {
  const pieces: Uint8Array[] = []
  let bytes = Math.floor(cap / 1000 / GRANULE_BYTES) * GRANULE_BYTES
  let live: number[] = []
  let liveBytes = 0
  let made = 0
  for (let round = 0; round < 12; round++) {
    for (; liveBytes + bytes + round * GRANULE_BYTES <= cap; liveBytes += bytes) {
      pieces.push(make(bytesType(bytes)), POP)
      live.push(++made)
    }
    for (const handle of live.filter((_, index) => index % 2 === 1)) pieces.push(op('TFREE', handle, 1))
    live = live.filter((_, index) => index % 2 === 0)
    // No less than what is alive: each tensor counts as the largest so far.
    liveBytes = live.length * bytes
    bytes += GRANULE_BYTES
  }
  return code(...pieces)
}

/** Frees every eighth tensor and makes as many that are a little larger, so that none fits where one was freed. */
function holesThatFitNothing(cap: number): Uint8Array {
  const count = 512
  const rounds = 48
  let bytes = cap / count - (rounds + 1) * GRANULE_BYTES
  const handles = Array.from({ length: count }, (_, index) => index + 1)
  const pieces = [repeat(count, make(bytesType(bytes)), POP)]
  let made = count
  for (let round = 0; round < rounds; round++) {
    bytes += GRANULE_BYTES
    for (let index = (round * 3) % 8; index < count; index += 8) {
      pieces.push(op('TFREE', handles[index] as number, 1), make(bytesType(bytes)), POP)
      handles[index] = ++made
    }
  }
  return code(...pieces)
}

const callHelper = code(op('CALL', ALL_GAS, HELPER, 0, 0, 0, 0, 0), POP)
/** As large as the code of a creation may be. */
const INITCODE_BYTES = 49_152

export const memoryAttacks: readonly MemoryAttack[] = [
  {
    name: 'tiny tensors, made and freed',
    codes: () => [endless([repeat(64, make({ dtype: 'int8', shape: [1, 1] }), freeTop)])],
  },
  {
    name: 'tiny tensors, never freed',
    codes: () => [endless([callHelper])],
    helper: () => endless([repeat(64, make({ dtype: 'int8', shape: [1, 1] }), POP)]),
  },
  {
    name: 'the arena filled and emptied',
    codes: (cap) => [endless([repeat(8, make(bytesType(cap / 8))), repeat(8, freeTop)])],
  },
  {
    name: 'the whole arena as one tensor',
    codes: (cap) => [endless([make(bytesType(cap)), freeTop])],
  },
  {
    name: 'large tensors, never freed',
    codes: () => [endless([callHelper])],
    helper: () => endless([make(bytesType(2 ** 20)), POP]),
  },
  { name: 'pinned holes', codes: (cap) => [pinnedHoles(cap)] },
  { name: 'holes that fit nothing', codes: (cap) => [holesThatFitNothing(cap)] },
  {
    name: 'nested frames, each to the cap',
    codes: () => [callHelper],
    helper: (cap) => code(make(bytesType(cap / 16)), callHelper, callHelper),
  },
  {
    name: 'many codes of many instructions',
    codes: () =>
      Array.from({ length: 40 }, (_, index) =>
        code(index + 0x10000, POP, repeat(INITCODE_BYTES / 3 - 2, op('TSPACE'), POP)),
      ),
  },
  {
    name: 'many codes of many pushes',
    codes: () =>
      Array.from({ length: 40 }, (_, index) =>
        code(index + 0x10000, POP, op('TSPACE'), POP, repeat(INITCODE_BYTES / 4 - 2, 1000, POP)),
      ),
  },
  {
    name: 'tensors to and from memory',
    codes: (cap) => {
      const bytes = Math.min(cap / 4, 2 ** 18)
      const store = code(make(bytesType(bytes)), 0, Uint8Array.of(0x81), op('TMSTORE'), freeTop)
      return [endless([store, op('TMLOAD', encodeType(bytesType(bytes)), 0), freeTop])]
    },
  },
]

/** Makes the codes of an attack, and gives what runs it for as much gas. */
export function prepareAttack(
  { evm, state }: Awaited<ReturnType<typeof setUp>>,
  attack: MemoryAttack,
  cap: number,
): (gas: bigint) => Promise<void> {
  const helper = attack.helper?.(cap)
  const codes = attack.codes(cap)
  return async (gas) => {
    if (helper !== undefined) await putCode(state, HELPER, helper)
    for (const [index, bytes] of codes.entries()) await putCode(state, ATTACKER + index, bytes)
    let left = gas
    for (let turn = 0; left > 0n; turn++) {
      const gasLimit = left < MAX_TRANSACTION_GAS ? left : MAX_TRANSACTION_GAS
      const { execResult } = await call(evm, ATTACKER + (turn % codes.length), { gasLimit })
      left -= 21_000n + execResult.executionGasUsed
    }
  }
}
