import { EXTENSION, type Instruction, instructionByOpcode } from '../isa/index.ts'
import type { Site } from './site.ts'

export const POP = 0x50
const PUSH0 = 0x5f
export const PUSH32 = 0x7f
export const DUP1 = 0x80
export const DUP16 = 0x8f
export const SWAP1 = 0x90
const SWAP16 = 0x9f

/** Whether an opcode only moves words on the stack. */
function movesWords(opcode: number): boolean {
  return opcode === POP || (opcode >= PUSH0 && opcode <= SWAP16)
}

/** An instruction of the code: a tensor instruction with its site, or one that moves words on the stack. */
export type Step = {
  readonly opcode: number
  /** Where the next instruction is. */
  readonly next: number
  /** What a PUSH pushes. */
  readonly word: bigint
  readonly instruction: Instruction | undefined
  readonly site: Site
}

/** The step at a place in the code; undefined for what is left to the interpreter. */
export type Steps = (pc: number) => Step | undefined

/** Codes whose steps are kept. */
const MAX_CODES = 64
/** Steps that are kept of all codes together: more than the longest contract has, and a few megabytes. */
const MAX_STEPS = 32768
/** The site of what is no tensor instruction: nothing is learnt there. */
const NO_SITE: Site = { known: undefined }

function decode(code: Uint8Array, pc: number): Step | undefined {
  const opcode = code[pc]
  if (opcode === EXTENSION) {
    const instruction = instructionByOpcode.get(code[pc + 1] ?? 0)
    return instruction ? { opcode, next: pc + 2, word: 0n, instruction, site: { known: undefined } } : undefined
  }
  if (opcode === undefined || !movesWords(opcode)) return undefined
  const length = opcode >= PUSH0 && opcode <= PUSH32 ? opcode - PUSH0 : 0
  let word = 0n
  // Bytes past the end of the code are zero.
  for (let i = 1; i <= length; i++) word = (word << 8n) | BigInt(code[pc + i] ?? 0)
  return { opcode, next: pc + 1 + length, word, instruction: undefined, site: NO_SITE }
}

/**
 * Keeps decoded steps by code. The client hands out the same array for the same code as long as it is in a cache of its
 * own, else a new one with the same bytes.
 */
export function createStepCache(): (code: Uint8Array) => Steps {
  let byArray = new WeakMap<Uint8Array, Steps>()
  const recent: { readonly code: Uint8Array; readonly steps: Steps }[] = []
  let kept = 0

  const forgetAll = () => {
    byArray = new WeakMap()
    recent.length = 0
    kept = 0
  }

  /** Decodes each step when it is first asked for. */
  const decodeOnce = (code: Uint8Array): Steps => {
    let known: (Step | null)[] = []
    return (pc) => {
      let step = known[pc]
      if (step === undefined) {
        if (kept === MAX_STEPS) {
          forgetAll()
          known = []
        }
        kept++
        step = decode(code, pc) ?? null
        known[pc] = step
      }
      return step ?? undefined
    }
  }

  return (code) => {
    let steps = byArray.get(code)
    if (steps !== undefined) return steps
    steps = recent.find((entry) => Buffer.compare(entry.code, code) === 0)?.steps
    if (steps === undefined) {
      steps = decodeOnce(code)
      recent.push({ code, steps })
      if (recent.length > MAX_CODES) recent.shift()
    }
    byArray.set(code, steps)
    return steps
  }
}
