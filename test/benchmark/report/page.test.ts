import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { writeReport } from '../../../benchmark/report/writeReport.ts'
import { findChromium, launchBrowser, openPage, type WatchedPage } from '../../node/explorer/browser.ts'
import { sampleResults } from './sampleResults.ts'

const executable = findChromium()
const name = executable === undefined ? 'report.html (skipped: no Chromium in PATH)' : 'report.html'
const PATIENCE = 60_000

describe.skipIf(executable === undefined)(name, () => {
  let directory: string
  let browser: Browser
  let watched: WatchedPage
  const address = () => pathToFileURL(join(directory, 'report.html')).href
  const results = sampleResults()

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tensor-evm-page-'))
    await writeReport(results, directory)
    browser = await launchBrowser(executable ?? '')
    watched = await openPage(browser, { viewport: { width: 1280, height: 900 } })
    await watched.page.goto(address())
  }, PATIENCE)
  afterAll(async () => {
    await browser?.close()
    rmSync(directory, { recursive: true, force: true })
  }, PATIENCE)
  afterEach(() => {
    expect(watched.requests.filter((url) => !url.startsWith('data:') && !url.startsWith('blob:'))).toEqual([address()])
    expect(watched.complaints).toEqual([])
  })

  const table = (caption: string) =>
    watched.page.locator('table').filter({ has: watched.page.locator('caption', { hasText: caption }) })
  const column = (of: Locator, index: number) => of.locator(`tbody tr > :nth-child(${index})`).allTextContents()
  const toNumbers = (texts: readonly string[]) => texts.map((text) => Number(text.replaceAll(',', '')))

  it('says the ratios, shows each model and each chart, and what did not run', async () => {
    const { page } = watched
    expect(await page.locator('.headline strong').allTextContents()).toEqual([
      '548 to 616 times less gas',
      '49.8 to 219 times less time',
      'All equal',
    ])
    expect(await page.locator('details:not(.family)').count()).toBe(results.models.length)
    expect(await page.locator('figure svg').count()).toBe(10)
    const reasons = await column(table('Paths that did not run'), 2)
    expect(reasons.sort()).toEqual([
      'more than 1000000000 gas',
      'more than 1000000000 gas',
      'onnxruntime-node is not installed <here> & now',
    ])
    expect(await page.getByText('person <detection>').first().isVisible()).toBe(true)
    expect(await page.locator('#facts').textContent()).toContain("tensor-evm bench 'my model.tflite' --full --anvil")
    expect(await page.locator('figure svg .mark-symbol title').first().textContent()).toMatch(/gas per MAC: [\d.]+/)
  })

  it('sorts by click and by key, empty cells last either way', async () => {
    const digits = table('digits: an inference')
    const gas = digits.getByRole('button', { name: 'gas', exact: true })
    await gas.click()
    const upwards = await column(digits, 4)
    expect(toNumbers(upwards.slice(0, 6))).toEqual([25_094, 26_419, 1_313_770, 1_313_770, 8_397_808, 8_397_808])
    expect(upwards.slice(6)).toEqual(['', ''])
    await gas.focus()
    await watched.page.keyboard.press('Enter')
    const downwards = await column(digits, 4)
    expect(toNumbers(downwards.slice(0, 6))).toEqual([8_397_808, 8_397_808, 1_313_770, 1_313_770, 26_419, 25_094])
    expect(downwards.slice(6)).toEqual(['', ''])
    expect(await digits.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending')
    await digits.getByRole('button', { name: 'path' }).press('Space')
    const names = await column(digits, 1)
    expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en')))
  })

  it('reckons costs from the prices that the reader sets', async () => {
    const { page } = watched
    const costs = table('Cost of an inference')
    const [gwei, ether] = [page.getByLabel('gas price'), page.getByLabel('price of ether')]
    expect(await gwei.inputValue()).toBe('2.5')
    await gwei.fill('10')
    await ether.fill('2000')
    // 25,094 gas at 10 gwei
    expect(await costs.locator('tbody tr').first().locator('td').allTextContents()).toEqual([
      ...['digits', '174,496', '25,094', '0.000251', '0.502', '900,000', '0.009', '18'],
    ])
    await gwei.fill('')
    expect((await column(costs, 5))[0]).toBe('0')
  })

  it('gives its data as a file', async () => {
    const waiting = watched.page.waitForEvent('download')
    await watched.page.getByRole('button', { name: 'save results.json' }).click()
    const path = await (await waiting).path()
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(results)
  })

  it.each([
    [1280, 'light'],
    [1280, 'dark'],
    [400, 'light'],
    [400, 'dark'],
  ] as const)('fits %i pixels, %s, with words that can be read', async (width, colorScheme) => {
    const own = await openPage(browser, { viewport: { width, height: 800 }, colorScheme })
    await own.page.goto(address())
    expect(await own.page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    const [ink, paper] = (await own.page.evaluate(
      '["color", "backgroundColor"].map((name) => getComputedStyle(document.body)[name])',
    )) as [string, string]
    const light = (colour: string) =>
      (colour.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)
    expect(Math.abs(light(ink) - light(paper))).toBeGreaterThan(400)
    expect(light(ink) < light(paper)).toBe(colorScheme === 'light')
    const fill = await own.page.evaluate('getComputedStyle(document.querySelector("figure svg text")).fill')
    expect(fill).toBe(ink)
    expect(own.complaints).toEqual([])
    await own.page.context().close()
  })

  it('prints on white, without what can be pressed', async () => {
    const own = await openPage(browser, { viewport: { width: 700, height: 900 }, colorScheme: 'dark' })
    await own.page.goto(address())
    await own.page.emulateMedia({ media: 'print' })
    expect(await own.page.locator('nav').isVisible()).toBe(false)
    expect(await own.page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
    await own.page.context().close()
  })

  it('stands without numbers too', async () => {
    await writeReport(
      { ...results, models: [], crossovers: [], limitPoints: [], stopped: true },
      join(directory, 'none'),
    )
    const own = await openPage(browser)
    await own.page.goto(pathToFileURL(join(directory, 'none/report.html')).href)
    expect(await own.page.textContent('header')).toContain('stopped before all was measured')
    expect(own.complaints).toEqual([])
    await own.page.context().close()
  })
})
