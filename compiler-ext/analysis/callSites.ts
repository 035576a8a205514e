import { type FunctionDefinition, isFunction, isFunctionCall, walkSources } from '../ast.ts'
import type { SourceLocation, StandardJsonOutput } from '../standardJson.ts'

/** What the AST knows of functions of the IR. */
export type CallSites = {
  /**
   * The innermost call of the IR function `callee` around a place, or the place where there is none. Where a call is a
   * statement of its own, solc's IR gives it the place of its last argument.
   */
  callAround(place: SourceLocation, callee: string): SourceLocation
  /** The function that an IR function was made of. */
  functionOf(callee: string): FunctionDefinition | undefined
}

const FUNCTION_ID = /^fun_.*_(\d+)$/

function idOf(callee: string): number {
  return Number(FUNCTION_ID.exec(callee)?.[1])
}

/**
 * Reads calls and functions off the AST, when the first is asked for.
 *
 * @param output - of a compilation with the AST of every source
 */
export function callSites(output: StandardJsonOutput): CallSites {
  const calls = new Map<number, SourceLocation[]>()
  const functions = new Map<number, FunctionDefinition>()
  let isRead = false
  const read = () => {
    if (isRead) return
    isRead = true
    walkSources(output, (node, file) => {
      if (isFunction(node)) functions.set(node.id, node)
      const id = isFunctionCall(node) ? node.expression.referencedDeclaration : undefined
      if (id === undefined || id === null) return
      const list = calls.get(id) ?? []
      calls.set(id, list)
      const [start, length] = node.src.split(':').map(Number) as [number, number]
      list.push({ file, start, end: start + length })
    })
  }
  return {
    callAround(place, callee) {
      read()
      let best: SourceLocation | undefined
      for (const call of calls.get(idOf(callee)) ?? []) {
        const isAround = call.file === place.file && call.start <= place.start && call.end >= place.end
        if (isAround && (best === undefined || call.end - call.start < best.end - best.start)) best = call
      }
      return best ?? place
    },
    functionOf(callee) {
      read()
      return functions.get(idOf(callee))
    },
  }
}
