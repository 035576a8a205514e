/** The closed list of consensus failures that tensor instructions add to the EVM's own. SPEC.md defines each. */
export const haltCodes = [
  'UndefinedInstruction',
  'BadHandle',
  'BadTypeWord',
  'BadAttribute',
  'TypeMismatch',
  'ShapeMismatch',
  'ArenaFull',
  'TooManyHandles',
  'UnknownModel',
  'IndexOutOfRange',
] as const

export type HaltCode = (typeof haltCodes)[number]

/**
 * An exceptional halt of the EVM: the frame's gas is burnt and its changes are undone.
 *
 * Only `code` is consensus; the message is for people.
 */
export class HaltError extends Error {
  override readonly name = 'HaltError'
  readonly code: HaltCode

  constructor(code: HaltCode, message: string) {
    super(`${code}: ${message}`)
    this.code = code
  }
}

/** Halts with `code` unless `condition` holds. */
export function ensure(condition: boolean, code: HaltCode, message: string): asserts condition {
  if (!condition) throw new HaltError(code, message)
}
