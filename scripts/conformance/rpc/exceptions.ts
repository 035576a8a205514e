/** Why tests do not pass: of methods that are not served, by method, and of others by name. */
export type Exceptions = {
  readonly methods: Readonly<Record<string, string>>
  readonly tests: Readonly<Record<string, string>>
}

/** How a test came out. `skipped`: its method is not served. */
export type RpcOutcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'skipped'; readonly method: string }
  | { readonly kind: 'failed'; readonly detail: string }

/** The part of a test's name before the slash. */
export function methodOf(name: string): string {
  return name.split('/')[0] as string
}

/** What is wrong with outcomes, and with what the list says of them. */
export function findMistakes(outcomes: ReadonlyMap<string, RpcOutcome>, { methods, tests }: Exceptions): string[] {
  const mistakes: string[] = []
  const ran = new Set([...outcomes.keys()].map(methodOf))
  const skipped = new Set<string>()
  for (const [name, outcome] of outcomes) {
    const isListed = name in tests
    if (outcome.kind === 'failed' && !isListed) mistakes.push(`${name}: ${outcome.detail}`)
    if (outcome.kind !== 'failed' && isListed)
      mistakes.push(`${name}: in the list of failing tests, and ${outcome.kind}`)
    if (outcome.kind !== 'skipped') continue
    skipped.add(methodOf(name))
    if (!(methodOf(name) in methods)) mistakes.push(`${name}: the method ${outcome.method} is not served`)
  }
  for (const method of Object.keys(methods))
    if (ran.has(method) && !skipped.has(method))
      mistakes.push(`${method}: in the list of methods that are not served, and no test of it was skipped`)
  return mistakes
}
