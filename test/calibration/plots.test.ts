import { expect, test } from 'vitest'
import { type Finding, type Validation, validationCharts } from '../../calibration/index.ts'

const finding = (gas: number, nanosecondsPerGas: number): Finding => {
  return { family: 'MATMUL', point: { rows: 1 }, gas, nanoseconds: gas * nanosecondsPerGas, nanosecondsPerGas }
}

test('charts of a validation are SVG that names its classes', async () => {
  const [best, worst] = [finding(2000, 4), finding(50_000, 8)]
  const validation: Validation = {
    machine: { processor: 'any', cores: 2, node: 'v20' },
    yardstick: { before: 1, after: 1 },
    classes: [
      {
        ...{ class: 'contraction', shapes: 2, explainedVariance: 1, spread: 2, cachedBest: 1 },
        ...{ best, worst, heldOut: [best, worst] },
      },
    ],
    spreadAcross: 2,
    worst: 8,
  }
  const charts = await validationCharts(validation)
  expect(Object.keys(charts)).toEqual(['measured-and-priced.svg', 'ns-per-gas.svg', 'extremes.svg'])
  for (const svg of Object.values(charts)) expect(svg).toMatch(/^<svg[\s\S]*<\/svg>\n$/)
  expect(charts['measured-and-priced.svg']).toContain('contraction')
  expect(charts['ns-per-gas.svg']).toContain('MATMUL')
})
