import { ensure } from '../halt.ts'
import { defineEnvironment } from '../instruction.ts'

/** Handles lie below this: a frame never makes so many. */
const HANDLE_LIMIT = 2n ** 32n
/** No more tensors than this are alive at once, however wide the range. */
const MAX_LIVE_HANDLES = 1024n

/** Frees the tensors alive in a range of handles. */
export const tfree = defineEnvironment({
  opcode: 0x07,
  mnemonic: 'TFREE',
  summary: 'frees the tensors alive in [handle, handle + count)',
  description: `Frees the tensors of this frame that are alive in [handle, handle + count). Handles in the range that were
freed before are passed over; a count of 0 frees nothing. Handles are never reused within a frame, and nothing is refunded.

Halts with BadHandle, after gas is charged, when handle is 0, when handle + count is above 2^32 (also for a count of 0), or
when count is not 0 and this frame has not made handle + count - 1 yet.`,
  inputs: [
    { name: 'handle', kind: 'word', doc: 'first handle' },
    { name: 'count', kind: 'word', doc: 'handles in the range' },
  ],
  infer({ handle, count }) {
    ensure(handle >= 1n, 'BadHandle', 'handle 0 names no tensor')
    ensure(handle + count <= HANDLE_LIMIT, 'BadHandle', `the range from ${handle} on, ${count} long, passes 2^32`)
    return undefined
  },
  work({ count }) {
    return { handles: Number(count < MAX_LIVE_HANDLES ? count : MAX_LIVE_HANDLES) }
  },
  execute({ handle, count }, environment) {
    environment.free(Number(handle), Number(count))
    return undefined
  },
})
