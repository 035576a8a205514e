import { readdirSync, readFileSync } from 'node:fs'
import { ErrorFragment, encodeBytes32String, Interface, id } from 'ethers'
import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { explorer } from '../../../node/explorer/explorer.ts'

const page = new URL('../../../node/explorer/page/', import.meta.url)

/** A module of the page. */
function loadModule<T>(name: string): Promise<T> {
  return import(new URL(name, page).href) as Promise<T>
}

describe('files of the explorer', () => {
  let app: FastifyInstance
  beforeAll(async () => {
    app = fastify()
    await app.register(explorer, {})
  })
  afterAll(() => app.close())

  /** The page and all that it leads to, by path. */
  async function everything(): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    const paths = ['/']
    for (const path of paths) {
      if (found.has(path)) continue
      const { statusCode, body } = await app.inject({ url: path })
      expect(statusCode, path).toBe(200)
      found.set(path, body)
      const code = body.replaceAll(/\/\*[\s\S]*?\*\//g, '')
      const link = path.endsWith('.js') ? /\bfrom\s*["'](\.?\/[^"']+)["']/g : /\b(?:href|src)="(\/[^"]*)"/g
      paths.push(...[...code.matchAll(link)].map(([, to = '']) => new URL(to, `http://node${path}`).pathname))
    }
    return found
  }

  it('are all found, as modules that the browser can resolve', async () => {
    const found = await everything()
    expect([...found.keys()]).toEqual(
      expect.arrayContaining(['/explorer/main.js', '/explorer/library/preact.js', '/explorer/library/htm.js']),
    )
    const own = readdirSync(page).filter((name) => /\.(?:js|css|svg)$/.test(name))
    expect([...found.keys()]).toEqual(expect.arrayContaining(own.map((name) => `/explorer/${name}`)))
    for (const [path, text] of found) expect(text, path).not.toMatch(/\bfrom\s*["'][a-z]/)
  })

  it('name no other host', async () => {
    for (const [path, text] of await everything())
      expect(text.replaceAll(/http:\/\/www\.w3\.org\/[\w/]+/g, ''), path).not.toMatch(/\bhttps?:\/\/\w/)
  })

  it('come with a policy that lets in nothing else', async () => {
    const { headers } = await app.inject({ url: '/' })
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['x-content-type-options']).toBe('nosniff')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'; script-src 'self'")
    expect(policy).not.toContain('unsafe')
  })

  it('are sent once to who keeps them', async () => {
    const first = await app.inject({ url: '/explorer/main.js' })
    const { etag } = first.headers
    expect(first.headers['cache-control']).toBe('no-cache')
    const known = { 'if-none-match': `"other", W/${etag}` }
    const second = await app.inject({ url: '/explorer/main.js', headers: known })
    expect([second.statusCode, second.body, second.headers.etag]).toEqual([304, '', etag])
    const other = await app.inject({ url: '/explorer/app.js', headers: known })
    expect(other.statusCode).toBe(200)
  })

  it('are all that is served', async () => {
    for (const url of ['/explorer/tsconfig.json', '/explorer/../explorer.ts', '/explorer/library/other.js'])
      expect((await app.inject({ url })).statusCode, url).toBe(404)
  })
})

describe('errors that the explorer decodes', () => {
  const load = () => loadModule<{ revertText(data: string): string | undefined }>('revertErrors.js')
  const folders = ['compiler-ext/contracts', 'evm-ext/contracts'].map(
    (path) => new URL(`../../../${path}/`, import.meta.url),
  )

  /** Declarations of errors in the contracts, and those that only generated contracts have. */
  function declarations(): string[] {
    const sources = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.sol'))
        .map((name) => readFileSync(new URL(name, folder), 'utf8')),
    )
    const declared = sources.flatMap((source) =>
      [...source.matchAll(/^\s*(error \w+\(.*\));/gm)].map(([, text = '']) => text),
    )
    const generated = [
      'error WrongInputLength(uint256 length, uint256 expected)',
      'error TensorInstructionNotLowered(uint16 opcode)',
    ]
    return [...declared, ...generated, 'error Panic(uint256 code)', 'error Error(string message)']
  }

  /** A value of a type, and how it is written. */
  const values: Readonly<Record<string, readonly [value: unknown, text: string]>> = {
    string: ['two words', '"two words"'],
    address: [`0x${'ab'.repeat(20)}`, `0x${'ab'.repeat(20)}`],
    bytes32: [encodeBytes32String('strideH'), 'strideH'],
    uint16: [7, '7'],
    uint256: [1234n, '1,234'],
    int256: [-5n, '-5'],
    'uint256[]': [[1, 28, 28], '[1, 28, 28]'],
  }

  it('are all of the contracts, with their arguments', async () => {
    const { revertText } = await load()
    expect(declarations().length).toBeGreaterThan(20)
    for (const declaration of declarations()) {
      const { name, inputs } = ErrorFragment.from(declaration)
      const data = new Interface([declaration]).encodeErrorResult(
        name,
        inputs.map(({ type }) => values[type]?.[0]),
      )
      const texts = inputs.map((input) => `${input.name}: ${values[input.type]?.[1]}`)
      expect(revertText(data)).toBe(`${name}(${texts.join(', ')})`)
    }
  })

  it('are left alone when they are not known or cut off', async () => {
    const { revertText } = await load()
    const data = new Interface(['error E(string a, uint256[] b)']).encodeErrorResult('E', ['a', [1, 2]])
    const known = data.replace(data.slice(0, 10), id('ShapeMismatch(string,uint256[],uint256[])').slice(0, 10))
    for (const length of [10, 74, 138, known.length]) expect(revertText(known.slice(0, length))).toBeUndefined()
    expect(revertText('0x12345678')).toBeUndefined()
    expect(revertText('0x')).toBeUndefined()
  })
})

describe('numbers of the explorer', () => {
  type Format = {
    amount(wei: bigint): string
    bytes(count: number): string
    percent(part: number, whole: number): string
    age(seconds: number, now: number): string
  }

  it('have units', async () => {
    const { amount, bytes, percent, age } = await loadModule<Format>('format.js')
    expect([0n, 7n, 10n ** 9n, 10n ** 18n, 1234567891234567891n].map(amount)).toEqual([
      ...['0 ETH', '7 wei', '1 gwei', '1 ETH', '1.234567 ETH'],
    ])
    expect([0, 1023, 1024, 150 * 1024, 2 ** 21].map(bytes)).toEqual(['0 B', '1,023 B', '1.0 KiB', '150 KiB', '2.0 MiB'])
    expect([percent(1, 3), percent(1, 1e6), percent(0, 5), percent(5, 5), percent(1, 0)]).toEqual([
      ...['33.3 %', '<0.1 %', '0.0 %', '100 %', ''],
    ])
    expect([age(100, 100_500), age(40, 100_000), age(0, 7_300_000), age(160, 100_000)]).toEqual([
      ...['now', '1 min ago', '2 h ago', 'in 1 min'],
    ])
  })
})
