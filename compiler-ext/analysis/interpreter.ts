import type { Instruction } from '../../isa/index.ts'
import { applyBuiltin } from './builtins.ts'
import type { Frame, Value } from './frame.ts'
import { applyInstruction, type Halt } from './instructionRule.ts'
import { forgetMemory, unknownMemory } from './memory.ts'
import { copyState, forgetMachine, initialState, joinState, replaceState, type State, sameState } from './state.ts'
import { functionsWithInstructions, isVerbatim, verbatimInstruction } from './verbatim.ts'
import type { YulBlock, YulCall, YulCase, YulExpression, YulFunction, YulLoop, YulStatement } from './yulAst.ts'

/** Statements and calls that are run, in all and from one external function. */
const MAX_STEPS = 1_000_000
const MAX_ENTRY_STEPS = 200_000
/** Those that are run in a loop while its turns are told apart. */
const MAX_LOOP_STEPS = 20_000
/** Calls within calls that are followed. */
const MAX_DEPTH = 96
/** Turns of a loop that are merged one by one; after that, nothing is assumed of what came before. */
const MAX_MERGES = 8

/** Ends the analysis of an external function; what was found in it stays. */
class OutOfSteps extends Error {}

/** Where control leaves a statement for: the end of the function, the next turn of the loop around it, and its end. */
type Exits = { readonly call: { leave?: State }; next?: State | undefined; end?: State }

/** Calls around a point, outermost first. */
export type Path = readonly YulCall[]

/** How a watched call ended. */
type Ending = {
  /** Whether the code may go on after it. */
  readonly returns: boolean
  /** Whether it may end the frame in another way than to revert. */
  readonly endsOtherwise: boolean
  /** Paths to the builtins that revert. */
  readonly reverts: readonly Path[]
}

/** Told of what is run. A path is only good until the listener returns. */
export type Listener = {
  /** An instruction; with `halt`, it halts whenever it is reached by these calls. */
  onInstruction(instruction: Instruction, halt: Halt | undefined, path: Path): void
  /** Whether to tell of the end of a call. */
  watches(call: YulCall): boolean
  /** The last of these calls has ended, on all paths through it. */
  onEnd(path: Path, operands: readonly Value[], frame: Frame, ending: Ending): void
}

/** A state in which this one has arrived too; this one is not reached any more. */
function arrive(at: State | undefined, state: State): State {
  const meeting = at ?? copyState(state)
  if (at !== undefined) joinState(at, state)
  state.reached = false
  return meeting
}

/**
 * Runs the code of an object on what is known without calldata, storage and surroundings, along every path that it may take.
 *
 * Values are words where they are known, and joined where paths meet, so what holds at a point holds whenever it is reached
 * by the same calls. Loops are run turn by turn as long as their conditions are known. A limit on steps keeps this short.
 *
 * @returns functions that the code may call in ways that were not looked at, for that limit
 */
export function interpret(code: YulFunction, listener: Listener): ReadonlySet<YulFunction> {
  const withInstructions = functionsWithInstructions(code)
  const unseen = new Set<YulFunction>()
  if (!withInstructions.has(code)) return unseen
  const path: YulCall[] = []
  let steps = 0
  let limit = MAX_ENTRY_STEPS
  let watches: { endsOtherwise: boolean; readonly reverts: Path[] }[] = []

  const step = () => {
    if (++steps > limit) throw new OutOfSteps()
  }

  const runVerbatim = (call: YulCall, operands: readonly Value[], state: State): Value => {
    const instruction = verbatimInstruction(call)
    if (instruction === undefined) {
      forgetMachine(state)
      return undefined
    }
    const outcome = applyInstruction(instruction, operands, state.frame)
    listener.onInstruction(instruction, outcome.halt, path)
    if (outcome.halt !== undefined) {
      for (const watch of watches) watch.endsOtherwise = true
      state.reached = false
      return undefined
    }
    state.frame = outcome.frame
    const offset = instruction.inputs.findIndex(({ kind }) => kind === 'memory')
    if (offset >= 0 && instruction.output === undefined)
      state.memory = forgetMemory(state.memory, operands[offset], undefined)
    return outcome.result
  }

  const runBuiltin = (call: YulCall, operands: readonly Value[], state: State): Value => {
    const result = applyBuiltin(call.name, operands, state)
    if (!state.reached)
      for (const watch of watches)
        if (call.name === 'revert') watch.reverts.push([...path, call])
        else watch.endsOtherwise = true
    return result
  }

  /** Runs the function of a call; gives what it results in. */
  const runFunction = (target: YulFunction, operands: readonly Value[], state: State): readonly Value[] => {
    const inner = { ...state, variables: new Array<Value>(target.slots).fill(undefined) }
    const end = target.parameters + target.results
    for (let slot = 0; slot < end; slot++) inner.variables[slot] = slot < target.parameters ? operands[slot] : 0n
    const exits: Exits = { call: {} }
    runBlock(target.body, inner, exits)
    if (exits.call.leave) joinState(inner, exits.call.leave)
    state.frame = inner.frame
    state.memory = inner.memory
    state.reached = inner.reached
    return inner.variables.slice(target.parameters, end)
  }

  /** Results of a call; those that are left out are not known. */
  const runCall = (call: YulCall, state: State): readonly Value[] => {
    step()
    const { target } = call
    const operands = new Array<Value>(call.arguments.length)
    for (let i = operands.length - 1; i >= 0; i--) operands[i] = evaluate(call.arguments[i] as YulExpression, state)
    if (!state.reached) return []
    if (target === undefined)
      return [isVerbatim(call) ? runVerbatim(call, operands.slice(1), state) : runBuiltin(call, operands, state)]
    if (path.length >= MAX_DEPTH) {
      if (withInstructions.has(target)) forgetMachine(state)
      state.memory = unknownMemory
      unseen.add(target)
      return []
    }
    const { frame } = state
    const watch = listener.watches(call) ? { endsOtherwise: false, reverts: [] } : undefined
    if (watch) watches.push(watch)
    path.push(call)
    const results = runFunction(target, operands, state)
    if (watch) {
      watches.pop()
      listener.onEnd(path, operands, frame, { returns: state.reached, ...watch })
    }
    path.pop()
    return results
  }

  const evaluate = (expression: YulExpression, state: State): Value => {
    if (!state.reached) return undefined
    if (expression.kind === 'literal') return expression.value
    return expression.kind === 'variable' ? state.variables[expression.slot] : runCall(expression, state)[0]
  }

  const runBlock = (block: YulBlock, state: State, exits: Exits): void => {
    for (const statement of block.statements) {
      if (!state.reached) return
      step()
      run(statement, state, exits)
    }
  }

  /** Leaves everything that these calls lead to. */
  const giveUp = (calls: readonly YulCall[]) => {
    path.length = 0
    watches = []
    for (const { target } of calls) if (target) unseen.add(target)
  }

  /** Runs one external function: a case of the switch over selectors. */
  const runEntry = ({ body, calls }: YulCase, state: State, exits: Exits): void => {
    if (!calls.some((call) => isVerbatim(call) || (call.target && withInstructions.has(call.target)))) {
      state.variables.fill(undefined)
      state.memory = unknownMemory
      return
    }
    // Each entry has steps of its own.
    const rest = limit - steps
    limit = Math.min(steps + MAX_ENTRY_STEPS, MAX_STEPS)
    try {
      runBlock(body, state, exits)
    } catch (error) {
      if (!(error instanceof OutOfSteps)) throw error
      giveUp(calls)
      state.reached = false
    }
    limit = Math.min(steps + rest, MAX_STEPS)
  }

  const run = (statement: YulStatement, state: State, exits: Exits): void => {
    switch (statement.kind) {
      case 'block':
        runBlock(statement, state, exits)
        return
      case 'assign': {
        const { slots, value } = statement
        if (slots.length === 1 || value === undefined) {
          const single = value === undefined ? 0n : evaluate(value, state)
          for (const slot of slots) state.variables[slot] = single
        } else if (value.kind === 'call') {
          const results = runCall(value, state)
          slots.forEach((slot, i) => {
            state.variables[slot] = results[i]
          })
        }
        return
      }
      case 'expression':
        runCall(statement.call, state)
        return
      case 'if': {
        const condition = evaluate(statement.condition, state)
        if (!state.reached || condition === 0n) return
        const taken = typeof condition === 'bigint' ? state : copyState(state)
        runBlock(statement.body, taken, exits)
        if (taken !== state) joinState(state, taken)
        return
      }
      case 'switch':
        runSwitch(statement, state, exits)
        return
      case 'for':
        runLoop(statement, state, exits)
        return
      case 'leave':
        exits.call.leave = arrive(exits.call.leave, state)
        return
      case 'continue':
        exits.next = arrive(exits.next, state)
        return
      case 'break':
        exits.end = arrive(exits.end, state)
        return
    }
  }

  const runSwitch = (
    { subject, cases, fallback }: Extract<YulStatement, { kind: 'switch' }>,
    state: State,
    exits: Exits,
  ): void => {
    const value = evaluate(subject, state)
    if (!state.reached) return
    if (typeof value === 'bigint') {
      const body = cases.find((candidate) => candidate.value === value)?.body ?? fallback
      if (body) runBlock(body, state, exits)
      return
    }
    const before = copyState(state)
    if (fallback) runBlock(fallback, state, exits)
    for (const candidate of cases) {
      const taken = copyState(before)
      if (path.length === 0) runEntry(candidate, taken, exits)
      else runBlock(candidate.body, taken, exits)
      joinState(state, taken)
    }
  }

  /** Runs one turn of a loop, whose condition held. */
  const runTurn = ({ body, post }: YulLoop, state: State, exits: Exits): void => {
    exits.next = undefined
    runBlock(body, state, exits)
    if (exits.next) joinState(state, exits.next)
    runBlock(post, state, exits)
  }

  const runLoop = (loop: YulLoop, state: State, outer: Exits): void => {
    runBlock(loop.init, state, outer)
    const exits: Exits = { call: outer.call }
    const start = steps
    // Turn by turn, as long as it is known whether there is another.
    while (state.reached && steps - start < MAX_LOOP_STEPS) {
      const head = copyState(state)
      const condition = evaluate(loop.condition, head)
      if (typeof condition !== 'bigint' && head.reached) break
      replaceState(state, head)
      if (condition === 0n) exits.end = arrive(exits.end, state)
      else runTurn(loop, state, exits)
    }
    for (let merges = 0; state.reached; merges++) {
      const turned = copyState(state)
      const condition = evaluate(loop.condition, turned)
      if (turned.reached && (condition === 0n || typeof condition !== 'bigint'))
        exits.end = arrive(exits.end, copyState(turned))
      if (condition === 0n) turned.reached = false
      runTurn(loop, turned, exits)
      const before = copyState(state)
      joinState(state, turned)
      if (sameState(before, state)) break
      if (merges < MAX_MERGES) continue
      state.variables.fill(undefined)
      forgetMachine(state)
    }
    state.reached = false
    if (exits.end) joinState(state, exits.end)
  }

  try {
    runBlock(code.body, initialState(code.slots), { call: {} })
  } catch (error) {
    if (!(error instanceof OutOfSteps)) throw error
    giveUp(code.calls)
  }
  for (const { calls } of unseen) for (const { target } of calls) if (target) unseen.add(target)
  return unseen
}
