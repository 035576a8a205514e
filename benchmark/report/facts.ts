import { type BenchResults, benchPaths } from '../results.ts'
import { pathLooks } from './looks.ts'
import { html, type Markup, trusted } from './markup.ts'
import { bytes, counted } from './words.ts'

/** A command as a shell takes it. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
}

/** What a reader has to know of how numbers came about before he leans on them. docs/benchmarking.md says more. */
const threats: readonly string[] = [
  'Times are of one machine, one process and one kind of client. Ratios between paths of one client carry over better than milliseconds.',
  'This client is an interpreter in JavaScript. Native clients run ordinary Solidity tens of times faster; a time against Solidity means something only in anvil. Gas does not depend on the client.',
  'Prices of tensor instructions were fitted to this kernel; another chain may set others. Gas of ordinary opcodes is that of Osaka.',
  'Models of the sweep have random weights and the shapes of plain MLPs and CNNs: they say how cost grows, nothing about accuracy.',
  'The Solidity contracts are generated. Assembly written for one model by hand may take less.',
  'Times are warm: the caches hold the model, as they would in a contract that is often called.',
  'Crossovers, limits and dotted lines are interpolated or extended on logarithmic axes between measured models.',
]

/** Threats to validity, in short. */
export function threatsSection(): Markup {
  return html`<section id="threats"><h2>Threats to validity</h2>
<ul>${threats.map((threat) => html`<li>${threat}</li>\n`)}</ul></section>`
}

/** Machine, versions, command: what another needs to run the same. */
export function factsSection({ machine, versions, command, date, models }: BenchResults): Markup {
  const { processor, cores, memoryBytes, node, platform, commit } = machine
  const facts: readonly (readonly [string, string | Markup])[] = [
    ['command', html`<code>${commandLine(command)}</code>`],
    ['date', html`<time datetime="${date}">${date}</time>`],
    [
      'commit',
      commit === undefined
        ? 'not a working tree'
        : html`<code>${commit}</code>${commit.endsWith('+') ? ' with changes' : ''}`,
    ],
    ['machine', `${processor}, ${counted(cores, 'core')}, ${bytes(memoryBytes)}`],
    ['platform', `Node ${node.replace(/^v/, '')}, ${platform}`],
    [
      'versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
  ]
  const used = new Set(models.flatMap(({ paths }) => paths.map(({ path }) => path)))
  const paths = benchPaths
    .filter((path) => used.has(path))
    .map((path) => {
      const style = trusted(`style="background: var(${pathLooks[path].variable})"`)
      return html`<dt><span class="swatch" ${style}></span>${pathLooks[path].name}</dt><dd>${pathLooks[path].meaning} (<code>${path}</code>)</dd>\n`
    })
  return html`<section id="facts"><h2>How to run this again</h2>
<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>
<h3>Paths</h3>
<dl>${paths}</dl></section>`
}
