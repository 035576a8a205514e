import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'

/** A file of the page, ready to be sent. */
export type Asset = {
  readonly path: string
  readonly contentType: string
  readonly body: Buffer
  /** Strong validator (RFC 9110), quotes included. */
  readonly etag: string
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Modules of packages that the page imports by name: the file that the package has for ES modules. */
const libraries: Readonly<Record<string, string>> = {
  preact: 'preact.js',
  'preact/hooks': 'hooks.js',
  htm: 'htm.js',
}

const bareImport = /(\bfrom\s*)(["'])([a-z][\w/-]*)\2/g

/**
 * Gives imports by name of a package the address under which its module is served: a page that forbids inline scripts
 * can't have an import map.
 */
function bindImports(source: string, file: string): string {
  return source.replace(bareImport, (_, from: string, quote: string, name: string) => {
    const library = libraries[name]
    if (library === undefined) throw new Error(`${file} imports ${name}, which the explorer does not serve`)
    return `${from}${quote}/explorer/library/${library}${quote}`
  })
}

function asset(path: string, name: string, body: Buffer): Asset {
  const contentType = contentTypes[extname(name)]
  if (contentType === undefined) throw new Error(`the explorer serves no files like ${name}`)
  return { path, contentType, body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` }
}

function script(path: string, source: URL): Asset {
  // What a package says of its source map would make a browser's developer tools ask for a file that is not served.
  const text = readFileSync(source, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '')
  return asset(path, path, Buffer.from(bindImports(text, source.pathname)))
}

function pageFile(name: string, source: URL): Asset {
  if (name === 'index.html') return asset('/', name, readFileSync(source))
  const path = `/explorer/${name}`
  return extname(name) === '.js' ? script(path, source) : asset(path, name, readFileSync(source))
}

/** Reads the page: its own files, and the modules of the packages that it stands on. */
export function readAssets(): readonly Asset[] {
  const page = new URL('./page/', import.meta.url)
  const names = readdirSync(page).filter((name) => extname(name) in contentTypes)
  return [
    ...names.map((name) => pageFile(name, new URL(name, page))),
    ...Object.entries(libraries).map(([name, file]) =>
      script(`/explorer/library/${file}`, new URL(import.meta.resolve(name))),
    ),
  ]
}
