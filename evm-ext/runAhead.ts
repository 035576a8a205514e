import { EVMError } from '@ethereumjs/evm'
import { HaltError, type Instruction, MAX_COUNT } from '../isa/index.ts'
import type { Executor, Frame, Prepared } from './execute.ts'
import { type RunState, STACK_LIMIT } from './opcode.ts'
import type { Site } from './site.ts'
import { DUP1, DUP16, POP, PUSH32, type Step, type Steps, SWAP1 } from './steps.ts'

/** Price of an opcode that moves words on the stack; undefined where the fork does not have it. */
export type FeeOf = (opcode: number) => number | undefined

/** A frame whose gas is counted down here, and written back to the interpreter's. */
export type RunningFrame = Frame & { gasLeft: number }

/** Goes on in a frame after a tensor instruction. */
export type RunAhead = (runState: RunState, frame: RunningFrame) => void

/**
 * After a tensor instruction, goes on with what follows as long as that is another one, PUSH, DUP, SWAP or POP: code that
 * infers is little else. The interpreter takes a promise and a lookup for each of these, which is most of what a small
 * tensor instruction takes.
 *
 * It changes nothing that can be seen. It stops before anything that can fail or has to wait, and before anything that it
 * does not know, and leaves that to the interpreter; only the arena's limits are met here, after the price was charged as
 * the interpreter does.
 */
export function createRunAhead(executor: Executor, feeOf: FeeOf, stepsOf: (code: Uint8Array) => Steps): RunAhead {
  /** An instruction with its price, if it needs no promise and nothing is wrong with it. */
  const prepare = (
    frame: Frame,
    instruction: Instruction,
    words: readonly bigint[],
    site: Site,
  ): Prepared | undefined => {
    try {
      const prepared = executor.prepare(frame, instruction, words, site)
      if (prepared instanceof Promise) {
        // The interpreter asks again and waits for its own.
        prepared.catch(() => undefined)
        return undefined
      }
      return prepared.account === undefined ? prepared : undefined
    } catch (error) {
      if (error instanceof HaltError || error instanceof EVMError) return undefined
      throw error
    }
  }

  return (runState, frame) => {
    const { stack, code } = runState
    const steps = stepsOf(code)

    /** Moves words; false where the stack is too short or too high. */
    const move = ({ opcode, word }: Step): boolean => {
      if (opcode === POP) {
        if (stack.length < 1) return false
        stack.pop()
      } else if (opcode <= PUSH32) {
        if (stack.length >= STACK_LIMIT) return false
        stack.push(word)
      } else if (opcode <= DUP16) {
        const position = opcode - DUP1 + 1
        if (stack.length < position || stack.length >= STACK_LIMIT) return false
        stack.dup(position)
      } else {
        const position = opcode - SWAP1 + 1
        if (stack.length <= position) return false
        stack.swap(position)
      }
      return true
    }

    // Counting down what is a bigint takes longer than most of what it counts.
    if (runState.gasLeft > MAX_COUNT) return
    frame.gasLeft = Number(runState.gasLeft)
    try {
      for (;;) {
        const step = steps(runState.programCounter)
        if (step === undefined) return
        const { instruction, next } = step
        if (instruction === undefined) {
          const fee = feeOf(step.opcode)
          if (fee === undefined || frame.gasLeft < fee || !move(step)) return
          frame.gasLeft -= fee
        } else {
          const { length } = instruction.inputs
          const result = instruction.output ? 1 : 0
          if (stack.length < length || stack.length - length + result > STACK_LIMIT) return
          const prepared = prepare(frame, instruction, stack.peek(length), step.site)
          if (prepared === undefined || frame.gasLeft < prepared.gas) return
          frame.gasLeft -= prepared.gas
          const word = executor.perform(frame, prepared) as bigint | undefined
          stack.popN(length)
          if (word !== undefined) stack.push(word)
        }
        runState.programCounter = next
      }
    } finally {
      runState.gasLeft = BigInt(frame.gasLeft)
    }
  }
}
