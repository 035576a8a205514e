import type { SourceLocation } from '../standardJson.ts'
import type { CallSites } from './callSites.ts'
import type { Path } from './interpreter.ts'
import type { Position, YulCall, YulFunction } from './yulAst.ts'

/** Files of the library, under whatever name a project imports the package. */
const LIBRARY_FILE = /(^|\/)tensor-evm(@[^/]*)?\/(Tensor\.sol|compiler-ext\/contracts\/[^/]+)$/

/** A call in the user's source, and the name of the function in the IR. */
export type UserCall = { readonly place: SourceLocation; readonly callee: string }

/** The innermost call of a path that stands in the user's source, and the function that it is in. */
type InnermostCall = { readonly call: YulCall; readonly container: YulFunction }

/** Tells the user's source from the library's, and from what solc adds. */
export type UserSource = {
  isLibrary(file: string): boolean
  /** A place in the source. What solc adds to a contract, such as the switch over function pointers, has none. */
  placeOf(position: Position | undefined): SourceLocation | undefined
  /** Undefined where every call is in the library or added by solc. */
  innermostCall(path: Path): InnermostCall | undefined
  /** Calls of a path that stand in the user's source, innermost first. */
  callsOf(path: Path): UserCall[]
}

/**
 * @param code - of the object whose calls are looked at
 * @param fileOf - name of each source, by its id
 */
export function userSource(code: YulFunction, fileOf: ReadonlyMap<number, string>, sites: CallSites): UserSource {
  const known = new Map<YulCall, boolean>()
  const contract = code.position
  const isLibrary = (file: string) => file.startsWith('tensor-evm/') || LIBRARY_FILE.test(file)
  const placeOf = (position: Position | undefined): SourceLocation | undefined => {
    const file = position && fileOf.get(position.source)
    if (position === undefined || file === undefined) return undefined
    const { source, start, end } = position
    const isContract = source === contract?.source && start === contract.start && end === contract.end
    return isContract ? undefined : { file, start, end }
  }
  const isUsers = (call: YulCall): boolean => {
    let result = known.get(call)
    if (result === undefined) {
      const place = placeOf(call.position)
      result = place !== undefined && !isLibrary(place.file)
      known.set(call, result)
    }
    return result
  }
  return {
    isLibrary,
    placeOf,
    innermostCall(path) {
      const index = path.findLastIndex(isUsers)
      const call = path[index]
      return call && { call, container: path[index - 1]?.target ?? code }
    },
    callsOf: (path) =>
      path
        .filter(isUsers)
        .toReversed()
        .map(({ position, name }) => ({
          place: sites.callAround(placeOf(position) as SourceLocation, name),
          callee: name,
        })),
  }
}
