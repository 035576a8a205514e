import type { InterpreterStep, Message } from '@ethereumjs/evm'
import { bytesToHex } from '@ethereumjs/util'
import type { Tracer } from './tracer.ts'

const SELECTOR_BYTES = 4
const CREATES: ReadonlySet<number> = new Set([0xf0, 0xf5])

/** geth's count of the functions that are called: by selector and length of the arguments. Precompiles are left out. */
export function createFourByteTracer(): Tracer {
  const counts = new Map<string, number>()
  let last = 0
  return {
    enter({ to, data, depth, isCompiled, code }: Message) {
      const isCreation = depth === 0 ? to === undefined : CREATES.has(last)
      if (isCreation || isCompiled || typeof code === 'function' || data.length < SELECTOR_BYTES) return
      const key = `${bytesToHex(data.subarray(0, SELECTOR_BYTES))}-${data.length - SELECTOR_BYTES}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    },
    step({ opcode }: InterpreterStep) {
      last = opcode.code
      return undefined
    },
    after: () => Object.fromEntries(counts),
  }
}
