import { readFileSync } from 'node:fs'
import type { BenchResults } from '../results.ts'
import { costSection } from './cost.ts'
import { factsSection, threatsSection } from './facts.ts'
import type { Figure } from './figures.ts'
import { html, type Markup, trusted } from './markup.ts'
import { chartsSection, modelsSection, pointsSection, refusedSection } from './sections.ts'
import { headlines } from './summary.ts'
import { counted } from './words.ts'

/** A file of the page's own. */
function part(name: string): Markup {
  return trusted(readFileSync(new URL(`page/${name}`, import.meta.url), 'utf8'))
}

/** The page asks nobody for anything, and a browser holds it to that. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"

/** JSON that can stand in a script element. */
function embedded(results: BenchResults): Markup {
  return trusted(JSON.stringify(results).replaceAll('<', '\\u003c'))
}

/**
 * `report.html`: one file with its charts, data, style and script.
 *
 * @param charts - for the screen
 */
export function reportPage(results: BenchResults, charts: readonly Figure[]): string {
  const { models, date, machine } = results
  const numbers = headlines(results).map(
    ({ number, words }) => html`<p class="headline"><strong>${number}</strong> ${words}</p>\n`,
  )
  const stopped = results.stopped ? html`<p class="bad">The run was stopped before all was measured.</p>\n` : html``
  const about = `${counted(models.length, 'model')}, ${machine.processor}, ${date.slice(0, 10)}`
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>tensor-evm benchmark, ${date.slice(0, 10)}</title>
<link rel="icon" href="data:,">
<style>
${['theme.css', 'table.css', 'report.css'].map(part)}</style>
</head>
<body>
<header>
<h1>Ways to run a model on chain</h1>
<p class="quiet">${about}. <button type="button" id="save" hidden>save results.json</button></p>
${stopped}<div class="headlines">${numbers}</div>
<nav aria-label="Sections"></nav>
</header>
<main>
${[modelsSection(results), chartsSection(charts), pointsSection(results), costSection(results)]}
${[refusedSection(results), threatsSection(), factsSection(results)]}
</main>
<script type="application/json" id="results">${embedded(results)}</script>
<script type="module">
${part('report.js')}</script>
</body>
</html>
`
  return page.html
}
