import { html } from './html.js'

/** Whether a transaction did what it should. @param {{ receipt: { status: string } | null | undefined }} props */
export function Status({ receipt }) {
  if (receipt === undefined || receipt === null) return html`<span class="status waiting">waiting</span>`
  return receipt.status === '0x1'
    ? html`<span class="status good">success</span>`
    : html`<span class="status bad">failed</span>`
}
