import { BarChart, PartsChart } from './chart.js'
import { bytes, duration, number, percent } from './format.js'
import { gasByMnemonic, gasByOpcode, gasByPurpose, priceParts, together } from './gas.js'
import { html } from './html.js'
import { Empty, Section, Table } from './parts.js'

/** @import { GasReport } from '../../../evm-ext/report/report.ts' */
/** @import { MnemonicGas } from './gas.js' */

const columns = [
  'instruction',
  '#count',
  '#gas',
  '#share',
  '#base',
  '#compute',
  '#memory',
  '#access',
  '#MACs',
  '#utilisation',
  '#time',
]

/** Cells of numbers of a row. @param {MnemonicGas} row @param {number} gasUsed */
function cells({ count, gas, base, compute, memory, access, macs, tileMacs, nanoseconds }, gasUsed) {
  const texts = [
    number(count),
    number(gas),
    percent(gas, gasUsed),
    ...[base, compute, memory, access].map(number),
    macs === 0 ? '' : number(macs),
    percent(macs, tileMacs),
    nanoseconds === 0 ? '' : duration(nanoseconds),
  ]
  return texts.map((text, column) => html`<td key=${columns[column + 1]} class="number">${text}</td>`)
}

/** @param {{ report: GasReport, rows: readonly MnemonicGas[] }} props */
function InstructionTable({ report: { gasUsed }, rows }) {
  const foot = html`<tr><th scope="row">together</th>${cells(together(rows), gasUsed)}</tr>`
  return html`<${Table} label="Gas by tensor instruction" columns=${columns} foot=${foot}>
    ${rows.map(
      (row) =>
        html`<tr key=${row.mnemonic}><th scope="row"><code>${row.mnemonic}</code></th>${cells(row, gasUsed)}</tr>`,
    )}
  <//>`
}

/** @param {{ report: GasReport }} props */
function OpcodeTable({ report }) {
  const rows = gasByOpcode(report)
  if (rows.length === 0) return null
  const gas = rows.reduce((sum, row) => sum + row.gas, 0)
  const count = rows.reduce((sum, row) => sum + row.count, 0)
  return html`<details>
    <summary>Ordinary opcodes <small>${number(count)} opcodes, ${number(gas)} gas</small></summary>
    <${Table} label="Gas by ordinary opcode" columns=${['opcode', '#count', '#gas', '#share']}>
      ${rows.map(
        (row) => html`<tr key=${row.mnemonic}>
          <th scope="row"><code>${row.mnemonic}</code></th>
          <td class="number">${number(row.count)}</td>
          <td class="number">${number(row.gas)}</td>
          <td class="number">${percent(row.gas, report.gasUsed)}</td>
        </tr>`,
      )}
    <//>
  </details>`
}

/** @param {GasReport} report */
function tensorFacts({ tensors: { macs, tileMacs, peakBytes, provingSteps, nanoseconds } }) {
  return [
    macs === 0 ? '' : `${number(macs)} MACs, ${percent(macs, tileMacs)} of what is priced`,
    `${bytes(peakBytes)} of arena at most`,
    `${number(provingSteps)} proving step${provingSteps === 1 ? '' : 's'}`,
    nanoseconds === 0 ? '' : duration(nanoseconds),
  ]
    .filter((text) => text !== '')
    .join(' · ')
}

/**
 * Where the gas of a transaction went: by purpose, by tensor instruction and by ordinary opcode.
 *
 * @param {{ report: GasReport }} props
 */
export function Breakdown({ report }) {
  const rows = gasByMnemonic(report)
  const purposes = gasByPurpose(report)
  const sum = purposes.reduce((all, { gas }) => all + gas, 0)
  const aside = html`<span class="sum">${number(sum)} gas</span>`
  return html`
    <${Section} title="Where the gas went" aside=${aside}>
      <${PartsChart} label="Gas by purpose" parts=${purposes} whole=${report.gasUsed} />
      <${OpcodeTable} report=${report} />
    <//>
    <${Section} title="Tensor instructions" aside=${rows.length === 0 ? undefined : tensorFacts(report)}>
      ${
        rows.length === 0
          ? html`<${Empty}>This transaction ran no tensor instruction.<//>`
          : html`
            <${BarChart}
              label="Gas by tensor instruction"
              legend=${priceParts.map((part) => ({ name: part, kind: part }))}
              rows=${rows.map((row) => ({
                name: row.mnemonic,
                gas: row.gas,
                parts: priceParts.map((part) => ({ name: part, kind: part, gas: row[part] })),
              }))}
            />
            <${InstructionTable} report=${report} rows=${rows} />`
      }
    <//>
  `
}
