/** What a cell is sorted by: its number, or its text. @param {Element | undefined} cell */
function orderOf(cell) {
  const order = cell?.getAttribute('data-order')
  return order === null || order === undefined ? (cell?.textContent ?? '') : Number(order)
}

/** @param {string | number} a @param {string | number} b */
function compare(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a).localeCompare(String(b), 'en', { numeric: true })
}

/** Sorts rows by a column; empty cells come last either way. @param {HTMLTableElement} table @param {number} column @param {number} sign */
function sortTable(table, column, sign) {
  const body = table.tBodies[0]
  const rows = [...(body?.rows ?? [])].map((row) => ({ row, order: orderOf(row.cells[column]) }))
  rows.sort((a, b) => {
    if (a.order === '' || b.order === '') return Number(a.order === '') - Number(b.order === '')
    return sign * compare(a.order, b.order)
  })
  body?.append(...rows.map(({ row }) => row))
}

/** Makes a heading a button that sorts, and turns the order round when it is pressed again. @param {HTMLTableCellElement} heading */
function makeSortable(heading) {
  const button = document.createElement('button')
  button.type = 'button'
  button.append(...heading.childNodes)
  heading.append(button)
  button.addEventListener('click', () => {
    const table = heading.closest('table')
    if (table === null) return
    const isAscending = heading.ariaSort !== 'ascending'
    for (const other of table.tHead?.rows[0]?.cells ?? []) other.ariaSort = null
    heading.ariaSort = isAscending ? 'ascending' : 'descending'
    sortTable(table, heading.cellIndex, isAscending ? 1 : -1)
  })
}

/** A number of money or ether: three digits that count. @param {number} value */
function amount(value) {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US')
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 20 })
}

/** Fills costs from the prices of the form. @param {HTMLFormElement} form */
function showCosts(form) {
  const [gwei, ether] = ['gwei', 'ether'].map((name) => Number(new FormData(form).get(name)))
  for (const cell of document.querySelectorAll('[data-gas]')) {
    const eth = (Number(cell.getAttribute('data-gas')) * (gwei ?? 0)) / 1e9
    cell.textContent = cell.getAttribute('data-unit') === 'usd' ? amount(eth * (ether ?? 0)) : amount(eth)
  }
}

/** Lets the reader keep the data that the page holds. @param {HTMLButtonElement} button */
function offerData(button) {
  button.hidden = false
  button.addEventListener('click', () => {
    const text = JSON.stringify(JSON.parse(document.getElementById('results')?.textContent ?? ''), undefined, 2)
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: 'application/json' }))
    link.download = 'results.json'
    link.click()
    URL.revokeObjectURL(link.href)
  })
}

/** Gives marks of charts what a browser shows when the pointer rests on them. */
function addTips() {
  for (const mark of document.querySelectorAll('figure svg .mark-symbol [aria-label]')) {
    const tip = document.createElementNS('http://www.w3.org/2000/svg', 'title')
    tip.textContent = (mark.getAttribute('aria-label') ?? '').replaceAll('; ', '\n')
    mark.append(tip)
  }
}

/** Links to the sections that the page has. */
function addLinks() {
  const nav = document.querySelector('nav')
  for (const section of document.querySelectorAll('section')) {
    const link = document.createElement('a')
    link.href = `#${section.id}`
    link.textContent = section.querySelector('h2')?.textContent ?? ''
    nav?.append(link)
  }
}

for (const heading of document.querySelectorAll('thead th'))
  if (heading instanceof HTMLTableCellElement) makeSortable(heading)
const form = document.getElementById('prices')
if (form instanceof HTMLFormElement) {
  form.addEventListener('input', () => showCosts(form))
  form.addEventListener('submit', (event) => event.preventDefault())
  showCosts(form)
}
const save = document.getElementById('save')
if (save instanceof HTMLButtonElement) offerData(save)
addTips()
addLinks()
