/** Fields without those that are undefined or null. */
export function given<T>(fields: object): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as T
}
