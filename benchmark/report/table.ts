import { html, type Markup } from './markup.ts'

/** A cell: what is shown, and what sorts it where that is not the text. */
type Cell = {
  readonly shown: string | Markup
  readonly order?: number | undefined
}

/** A column: its heading, and the cell of a row. */
export type Column<Row> = {
  readonly title: string
  /** Said when the pointer rests on the heading. */
  readonly hint?: string
  /** Numbers stand at the right; long texts may be broken. */
  readonly kind?: 'text' | 'number' | 'long'
  readonly cell: (row: Row) => Cell
}

/** A column of numbers, empty where a row has none. */
export function numbers<Row>(
  title: string,
  value: (row: Row) => number | undefined,
  show: (value: number) => string,
  hint?: string,
): Column<Row> {
  const cell = (row: Row) => {
    const order = value(row)
    return { shown: order === undefined ? '' : show(order), order }
  }
  return { title, kind: 'number', cell, ...(hint !== undefined && { hint }) }
}

/** A column of texts. */
export function texts<Row>(
  title: string,
  shown: (row: Row) => string | Markup,
  order?: (row: Row) => number,
): Column<Row> {
  return { title, cell: (row) => ({ shown: shown(row), order: order?.(row) }) }
}

function cellOf<Row>({ kind = 'text', cell }: Column<Row>, row: Row, isFirst: boolean): Markup {
  const { shown, order } = cell(row)
  const named = html` class="${kind}"`
  const sorted = order === undefined ? html`` : html` data-order="${order}"`
  return isFirst ? html`<th scope="row"${named}${sorted}>${shown}</th>` : html`<td${named}${sorted}>${shown}</td>`
}

/** A table whose columns without any number or text are left out; the page's script makes its headings sort. */
export function table<Row>(caption: string, rows: readonly Row[], columns: readonly Column<Row>[]): Markup {
  const used = columns.filter(({ cell }) => rows.some((row) => cell(row).shown !== ''))
  const heads = used.map(({ title, hint, kind = 'text' }) => {
    const title_ = hint === undefined ? html`` : html` title="${hint}"`
    return html`<th scope="col" class="${kind}"${title_}>${title}</th>`
  })
  const lines = rows.map((row) => html`<tr>${used.map((column, index) => cellOf(column, row, index === 0))}</tr>\n`)
  return html`<div class="wide" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${lines}</tbody>
</table></div>`
}
