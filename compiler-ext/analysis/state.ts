import { emptyFrame, type Frame, joinFrames, joinValues, sameFrame, sameValue, type Value } from './frame.ts'
import { joinMemories, type Memory, sameMemory, unknownMemory } from './memory.ts'

/** What is known at a point of a function. It changes as statements are run. */
export type State = {
  /** Variables of the function, by slot. */
  readonly variables: Value[]
  frame: Frame
  memory: Memory
  /** Whether the point is reached at all. What else is known says nothing then. */
  reached: boolean
}

/** The state in which a call begins. */
export function initialState(slots: number): State {
  return { variables: new Array<Value>(slots).fill(undefined), frame: emptyFrame, memory: unknownMemory, reached: true }
}

export function copyState(state: State): State {
  return { ...state, variables: [...state.variables] }
}

/** Makes a state the same as another. */
export function replaceState(state: State, by: State): void {
  by.variables.forEach((value, slot) => {
    state.variables[slot] = value
  })
  state.frame = by.frame
  state.memory = by.memory
  state.reached = by.reached
}

/** Reduces a state to what it has in common with another: where two paths meet. */
export function joinState(state: State, other: State): void {
  if (!other.reached) return
  if (!state.reached) {
    replaceState(state, other)
    return
  }
  const { frame, variables } = state
  other.variables.forEach((value, slot) => {
    variables[slot] = joinValues(variables[slot], frame, value, other.frame)
  })
  state.memory = joinMemories(state.memory, frame, other.memory, other.frame)
  state.frame = joinFrames(frame, other.frame)
}

/** Whether two states that are reached are known to the same extent. */
export function sameState(a: State, b: State): boolean {
  return (
    a.variables.every((value, slot) => sameValue(value, b.variables[slot])) &&
    sameFrame(a.frame, b.frame) &&
    sameMemory(a.memory, b.memory)
  )
}

/** Gives up what is known of tensors and memory: where any code may have run. */
export function forgetMachine(state: State): void {
  state.frame = { count: undefined, tensors: new Map() }
  state.memory = unknownMemory
}
