import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The source of the schedule's numbers, from the file that a calibration wrote. */
export function scheduleSource(root: string): string {
  const path = 'gas-model/schedule.json'
  const { parameters } = JSON.parse(readFileSync(join(root, path), 'utf8')) as { parameters: Record<string, number> }
  const lines = Object.entries(parameters).map(([name, value]) => `  ${name}: ${value},`)
  return [
    `// Generated from ${path} by npm run generate.`,
    '',
    '/** Prices and limits of the first revision. */',
    'export const calibrated = {',
    ...lines,
    '} as const',
    '',
  ].join('\n')
}
