import type { BenchResults, ModelResult, PathResult } from '../benchmark/index.ts'

const whole = (value: number | undefined) => (value === undefined ? '' : Math.round(value).toLocaleString('en'))
const short = (value: number | undefined) =>
  value === undefined ? '' : Number(value.toPrecision(3)).toLocaleString('en', { maximumSignificantDigits: 3 })

const ETHER_PER_GWEI = 1e-9

type Column = { readonly name: string; read(result: PathResult): string }

function columns(gasPriceGwei: number | undefined, hasAccuracy: boolean): Column[] {
  return [
    { name: 'equal', read: ({ equal }) => (equal === undefined ? '' : `${equal.same}/${equal.samples}`) },
    ...(hasAccuracy
      ? [
          {
            name: 'accuracy',
            read: ({ accuracy }: PathResult) => (accuracy === undefined ? '' : `${(100 * accuracy).toFixed(1)} %`),
          },
        ]
      : []),
    { name: 'gas', read: ({ inferenceGas }) => whole(inferenceGas) },
    { name: 'gas/MAC', read: ({ gasPerMac }) => short(gasPerMac) },
    ...(gasPriceGwei === undefined
      ? []
      : [
          {
            name: 'ETH',
            read: ({ inferenceGas }: PathResult) =>
              inferenceGas === undefined ? '' : (inferenceGas * gasPriceGwei * ETHER_PER_GWEI).toPrecision(3),
          },
        ]),
    { name: 'deployment', read: ({ deploymentGas }) => whole(deploymentGas) },
    { name: 'ms', read: ({ times }) => short(times?.median) },
    { name: 'p95', read: ({ times }) => short(times?.p95) },
    { name: 'ns/MAC', read: ({ nanosecondsPerMac }) => short(nanosecondsPerMac) },
    { name: 'beyond', read: ({ limits }) => limits?.join(', ') ?? '' },
  ]
}

type Refusals = ReadonlySet<string>

const refusals = ({ paths }: ModelResult): string[] =>
  paths.flatMap(({ path, refused }) => (refused === undefined ? [] : [`${path}: refused, ${refused}`]))

/** A model's results: what ran as a table, then what did not and why, but for what is told of all models. */
function modelLines(model: ModelResult, gasPriceGwei: number | undefined, common: Refusals): string[] {
  const { name, macs, paths } = model
  const ran = paths.filter(({ refused }) => refused === undefined)
  const shown = columns(
    gasPriceGwei,
    ran.some(({ accuracy }) => accuracy !== undefined),
  )
  const rows = [
    ['path', ...shown.map((column) => column.name)],
    ...ran.map((result) => [result.path as string, ...shown.map(({ read }) => read(result))]),
  ]
  const widths = (rows[0] as string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  )
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === row.length - 1
          ? cell.padEnd(widths[column] as number)
          : cell.padStart(widths[column] as number),
      )
      .join('  ')
      .trimEnd(),
  )
  const own = refusals(model).filter((line) => !common.has(line))
  return [`${name}, ${macs.toLocaleString('en')} MACs`, ...(ran.length === 0 ? [] : lines), ...own, '']
}

/** Results as lines: a table a model, and once what is refused in each of several for the same reason. */
export function benchLines({ models, gasPriceGwei }: BenchResults): string[] {
  const [first, ...others] = models.map(refusals)
  const everywhere =
    others.length === 0 ? [] : (first ?? []).filter((line) => others.every((lines) => lines.includes(line)))
  const common = new Set(everywhere)
  return [...models.flatMap((model) => modelLines(model, gasPriceGwei, common)), ...everywhere]
}
