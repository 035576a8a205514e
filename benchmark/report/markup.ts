/** HTML that is safe to stand in a page. */
export type Markup = { readonly html: string }

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string)
}

type Part = string | number | undefined | Markup | readonly Markup[]

function partOf(part: Part): string {
  if (part === undefined) return ''
  if (typeof part !== 'object') return escaped(String(part))
  return 'html' in part ? part.html : part.map((each) => each.html).join('')
}

/** A template of HTML: strings and numbers in it are text, and what is undefined is nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { html: strings.map((string, index) => string + partOf(parts[index])).join('') }
}

/** Text that is HTML already. */
export function trusted(text: string): Markup {
  return { html: text }
}
