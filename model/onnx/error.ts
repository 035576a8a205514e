/** A node uses what the instruction set, or this importer, does not have. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError'
}

/** @throws {UnsupportedError} unless `condition` holds */
export function ensureSupported(condition: boolean, message: string): asserts condition {
  if (!condition) throw new UnsupportedError(message)
}
