import type { TopLevelSpec } from 'vega-lite'
import { svgOf } from '../../calibration/svg.ts'
import type { BenchResults } from '../results.ts'
import type { ChartStyle } from './chartParts.ts'
import { type CurveGroup, type CurvePoint, curvePoints, groupsOf, type Quantity } from './curves.ts'
import { dotPlot } from './dotPlot.ts'
import { pathLooks } from './looks.ts'
import { scalingChart } from './scalingChart.ts'

/** Where a chart is to stand. */
export type Medium = 'paper' | 'screen'

/** A chart of the report. */
export type Figure = {
  /** Of its file, without an ending. */
  readonly name: string
  readonly caption: string
  readonly svg: string
}

/** A column of a two-column paper is 3.5 inches wide, at 96 pixels an inch; 8 points are 10.67 pixels. */
const styles: Readonly<Record<Medium, ChartStyle>> = {
  paper: { width: 336, height: 260, fontSize: 10.67 },
  screen: { width: 440, height: 315, fontSize: 11.5 },
}

const groupNames: Readonly<Record<CurveGroup, string>> = { MLP: 'MLPs', CNN: 'CNNs', files: 'models from files' }

const captions: Readonly<Record<Quantity, string>> = {
  gas: 'Gas of an inference as a transaction, by size. Rules are limits of Ethereum; dots go on where nothing was measured; rings are crossovers.',
  time: 'Time of an inference, by size: medians with 95\u00a0% intervals. Dots go on where nothing was measured; rings are crossovers.',
  'gas per MAC': 'Execution gas for each multiply-accumulate.',
  'time per MAC': 'Time for each multiply-accumulate: medians with 95\u00a0% intervals.',
}

const quantities: readonly Quantity[] = ['gas', 'time', 'gas per MAC', 'time per MAC']

function specOf(
  results: BenchResults,
  group: CurveGroup,
  quantity: Quantity,
  style: ChartStyle,
): TopLevelSpec | undefined {
  const points: readonly CurvePoint[] = curvePoints(results.models, group, quantity)
  if (points.length === 0) return undefined
  if (group === 'files') return quantity.endsWith('per MAC') ? dotPlot(points, quantity, style) : undefined
  return scalingChart(results, { group, quantity, points }, style)
}

/** Makes an SVG scale with the page: its colours are the page's variables, its size that of its place. */
function forScreen(svg: string): string {
  const coloured = Object.values(pathLooks).reduce(
    (text, { colour, variable }) => text.replaceAll(colour, `var(${variable})`),
    svg,
  )
  return coloured
    .replaceAll('#333', 'var(--ink)')
    .replaceAll('#fefefe', 'var(--paper)')
    .replaceAll('#ddd', 'var(--line)')
    .replace(/ width="[\d.]+" height="[\d.]+"/, '')
}

/** Says the width in inches, which is what a paper's column has; 96 pixels are one. */
function forPaper(svg: string): string {
  return svg.replace(
    / width="([\d.]+)" height="([\d.]+)"/,
    (_, width: string, height: string) => ` width="${Number(width) / 96}in" height="${Number(height) / 96}in"`,
  )
}

/** Charts of all groups and quantities that results have numbers for. */
export async function figures(results: BenchResults, medium: Medium): Promise<Figure[]> {
  const wanted = groupsOf(results.models).flatMap((group) => quantities.map((quantity) => ({ group, quantity })))
  const drawn = await Promise.all(
    wanted.map(async ({ group, quantity }) => {
      const spec = specOf(results, group, quantity, styles[medium])
      if (spec === undefined) return []
      const svg = await svgOf(spec)
      const caption = `${groupNames[group]}. ${captions[quantity]}`
      return {
        name: `${quantity.replaceAll(' ', '-').toLowerCase()}-${group.toLowerCase()}`,
        caption: caption.charAt(0).toUpperCase() + caption.slice(1),
        svg: medium === 'paper' ? forPaper(svg) : forScreen(svg),
      }
    }),
  )
  return drawn.flat()
}
