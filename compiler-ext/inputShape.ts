/** What a value of standard JSON has to be. */
type Shape =
  | 'string'
  | 'boolean'
  | 'number'
  | { readonly each: Shape }
  | { readonly items: Shape }
  | { readonly keys: Readonly<Record<string, Shape>> }

/** What solc reads of its input. */
const inputShape: Shape = {
  keys: {
    language: 'string',
    sources: { each: { keys: { content: 'string', keccak256: 'string', urls: { items: 'string' } } } },
    auxiliaryInput: { keys: { smtlib2responses: { each: 'string' } } },
    settings: {
      keys: {
        stopAfter: 'string',
        remappings: { items: 'string' },
        evmVersion: 'string',
        viaIR: 'boolean',
        experimental: 'boolean',
        optimizer: {
          keys: {
            enabled: 'boolean',
            runs: 'number',
            details: {
              keys: {
                peephole: 'boolean',
                inliner: 'boolean',
                jumpdestRemover: 'boolean',
                orderLiterals: 'boolean',
                deduplicate: 'boolean',
                cse: 'boolean',
                constantOptimizer: 'boolean',
                simpleCounterForLoopUncheckedIncrement: 'boolean',
                yul: 'boolean',
                yulDetails: { keys: { stackAllocation: 'boolean', optimizerSteps: 'string' } },
              },
            },
          },
        },
        debug: { keys: { revertStrings: 'string', debugInfo: { items: 'string' } } },
        metadata: { keys: { appendCBOR: 'boolean', useLiteralContent: 'boolean', bytecodeHash: 'string' } },
        libraries: { each: { each: 'string' } },
        outputSelection: { each: { each: { items: 'string' } } },
        modelChecker: { keys: {} },
      },
    },
  },
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describe(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length <= 40
    ? text
    : Array.isArray(value)
      ? 'an array'
      : isObject(value)
        ? 'an object'
        : `a ${typeof value}`
}

/**
 * Where a value is of another kind than solc reads: `settings.metadata.bytecodeHash: expected a string, found 7`.
 *
 * solc itself says of most of them what is wrong, but of some only that its JSON library threw.
 *
 * @returns undefined when every value is of the right kind
 */
export function wrongKind(value: unknown, shape: Shape = inputShape, path = 'the input'): string | undefined {
  const refuse = (expected: string) => `${path}: expected ${expected}, found ${describe(value)}`
  if (typeof shape === 'string') return typeof value === shape ? undefined : refuse(`a ${shape}`)
  const below = (key: string) => (path === 'the input' ? key : `${path}.${key}`)
  if ('items' in shape) {
    if (!Array.isArray(value)) return refuse('an array')
    return value.map((item, i) => wrongKind(item, shape.items, `${path}[${i}]`)).find((problem) => problem)
  }
  if (!isObject(value)) return refuse('an object')
  for (const [key, child] of Object.entries(value)) {
    const expected = 'each' in shape ? shape.each : shape.keys[key]
    const problem = child === undefined || expected === undefined ? undefined : wrongKind(child, expected, below(key))
    if (problem !== undefined) return problem
  }
  return undefined
}
