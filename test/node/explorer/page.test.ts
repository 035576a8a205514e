import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findChromium, launchBrowser, openPage, type WatchedPage } from './browser.ts'
import { type SampleNode, startSampleNode } from './sampleNode.ts'

const executable = findChromium()
const name = executable === undefined ? 'explorer in a browser (skipped: no Chromium in PATH)' : 'explorer in a browser'

/** Milliseconds that a busy machine may take. */
const PATIENCE = 60_000
/** {@link expect.poll}, with patience. */
const poll = <T>(task: () => T) => expect.poll(task, { timeout: PATIENCE })

/** A number as the page writes it. */
const toCount = (text: string | null) => Number(text?.replaceAll(',', '').match(/[\d.]+/)?.[0])

/** Numbers of a column of a table's body. */
async function columnOf(table: Locator, column: number): Promise<number[]> {
  return (await table.locator(`tbody tr td:nth-child(${column})`).allTextContents()).map(toCount)
}

describe.skipIf(executable === undefined)(name, () => {
  let sample: SampleNode
  let browser: Browser
  let watched: WatchedPage
  const open = async (hash: string) => {
    await watched.page.goto(`${sample.node.url}/#/`)
    await watched.page.goto(`${sample.node.url}/${hash}`)
  }
  const section = (title: string) =>
    watched.page.locator('section').filter({ has: watched.page.getByRole('heading', { name: title, exact: true }) })

  beforeAll(async () => {
    sample = await startSampleNode()
    browser = await launchBrowser(executable ?? '')
    watched = await openPage(browser, { viewport: { width: 1280, height: 900 } })
  }, PATIENCE)
  afterAll(async () => {
    await browser?.close()
    await sample?.node.close()
  }, PATIENCE)

  /** Whether a page asked nobody but the node, and nothing in it complained. */
  const expectQuiet = ({ requests, complaints }: WatchedPage) => {
    const { host } = new URL(sample.node.url)
    expect(requests.filter((url) => new URL(url).host !== host)).toEqual([])
    expect(complaints).toEqual([])
  }
  afterEach(() => expectQuiet(watched))

  it('shows the newest blocks, their tensor gas, and new ones as they come', async () => {
    await open('#/')
    const rows = watched.page.getByRole('table').locator('tbody tr')
    const height = Number(await sample.call<string>('eth_blockNumber'))
    await poll(() => rows.first().getByRole('rowheader').textContent()).toBe(`${height}`)
    expect(await rows.count()).toBe(height + 1)
    await sample.predict()
    await poll(() => rows.first().getByRole('rowheader').textContent()).toBe(`${height + 1}`)
    await poll(() => rows.first().locator('td').last().textContent()).toMatch(/ gas, 1\d\.\d %/)
    expect(await watched.page.locator('.state').getAttribute('class')).toContain('live')
    expect(watched.requests).toContain(`${sample.node.url.replace('http', 'ws')}/`)
  })

  it('says of a prediction where all of its gas went', async () => {
    await open(`#/transaction/${sample.prediction}`)
    const { gasUsed } = await sample.call<{ gasUsed: string }>('eth_getTransactionReceipt', sample.prediction)
    const whole = section('Where the gas went')
    await poll(() => whole.locator('.sum').textContent()).toBe(`${Number(gasUsed).toLocaleString('en')} gas`)
    const parts = (await whole.locator('.legend b').allTextContents()).map(toCount)
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(Number(gasUsed))

    const table = section('Tensor instructions').getByRole('table')
    const mnemonics = await table.locator('tbody th').allTextContents()
    expect(mnemonics).toEqual(expect.arrayContaining(['CONV2D', 'MATMUL', 'RESCALE', 'TCODELOAD']))
    const [gas, ...priceParts] = await Promise.all([3, 5, 6, 7, 8].map((column) => columnOf(table, column)))
    gas?.forEach((sum, row) => {
      expect(priceParts.reduce((all, part) => all + (part[row] ?? 0), 0)).toBe(sum)
    })
    const together = gas?.reduce((sum, part) => sum + part, 0)
    expect(toCount(await table.locator('tfoot td').nth(1).textContent())).toBe(together)
    expect(together).toBe(parts.slice(2, 6).reduce((sum, part) => sum + part, 0))
    expect(await section('Tensor instructions').locator('.bars li code').allTextContents()).toEqual(mnemonics)
  })

  it('shows calls with their instructions', async () => {
    await open(`#/transaction/${sample.prediction}`)
    const calls = section('Calls')
    await calls.getByText('26 tensor instructions').click()
    const table = calls.getByRole('table')
    expect(await table.locator('tbody tr').count()).toBe(26)
    expect(await table.textContent()).toContain('MATMUL int8[1,512], int8[10,512], int32[10] → int32[1,10]')
  })

  it('shows calls inside calls', async () => {
    await open(`#/transaction/${sample.nested}`)
    const inner = section('Calls').locator('ol ol > li')
    await inner.getByText('STATICCALL').waitFor()
    expect(await inner.textContent()).toContain('26 tensor instructions')
  })

  it('names the inference precompile and what finding its model costs', async () => {
    await open(`#/transaction/${sample.precompilePrediction}`)
    const instructions = section('Tensor instructions')
    await instructions.getByRole('rowheader', { name: 'model lookup' }).waitFor()
    expect(await section('Calls').textContent()).toContain('inference precompile')
  })

  it('decodes a tensor halt and a revert', async () => {
    await open(`#/transaction/${sample.halted}`)
    await watched.page.getByText('Tensor halt BadHandle').waitFor()
    await section('Where the gas went').getByText('burnt by a halt 46,775').waitFor()
    await open(`#/transaction/${sample.reverted}`)
    await watched.page.getByText('WrongInputLength(length: 1, expected: 784)').waitFor()
  })

  it('shows logs, and what a creation made', async () => {
    await open(`#/transaction/${sample.logging}`)
    const logs = section('Logs')
    await logs.getByText(`0x${'7'.padStart(64, '0')}`).waitFor()
    expect(await logs.locator('pre').textContent()).toBe('2a'.padStart(64, '0'))
    expect(await section('Transaction').textContent()).toContain('creates0x')
  })

  it('shows models, the chain and accounts', async () => {
    await open('#/models')
    const model = watched.page.getByRole('row', { name: sample.root })
    expect(await model.textContent()).toContain('registered')
    await open('#/chain')
    await watched.page.getByText('each instruction, whatever it does').waitFor()
    expect(await section('Chain').textContent()).toContain('0x000000000000000000000000000000000000ae01')
    await open(`#/account/${sample.classifier}`)
    await watched.page.getByText('1,020 bytes').waitFor()
    await watched.page.getByRole('link', { name: sample.prediction.slice(0, 8) }).waitFor()
  })

  it('says what there is not', async () => {
    await open('#/block/999999')
    await section('No such block').waitFor()
    await open(`#/transaction/0x${'1'.repeat(64)}`)
    await section('No such transaction').waitFor()
    await open('#/account/0x12')
    await section('No such account').waitFor()
    await open('#/nothing')
    await section('No such page').waitFor()
  })

  it('finds numbers, hashes, addresses and models, by keyboard alone', async () => {
    const { page } = watched
    const search = async (query: string) => {
      await page.locator('main').focus()
      await page.keyboard.press('/')
      await page.keyboard.type(query)
      await page.keyboard.press('Enter')
    }
    await open('#/')
    await search('2')
    await section('Block 2').waitFor()
    await search(sample.transfer)
    await section('Transaction').getByText('0.1 ETH').waitFor()
    const { hash } = await sample.call<{ hash: string }>('eth_getBlockByNumber', '0x3', false)
    await search(hash)
    await section('Block 3').waitFor()
    await search(sample.classifier)
    await section('Contract').waitFor()
    await search(sample.root)
    await page.getByRole('row', { name: sample.root }).waitFor()
    await search('nonsense')
    await page.getByText('Nothing on this chain has that number, hash or address.').waitFor()
  })

  it('is reached by the Tab key, and moves the focus to what was opened', async () => {
    const { page } = watched
    await page.goto('about:blank')
    await page.goto(`${sample.node.url}/#/`)
    await page.getByRole('table').waitFor()
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').getAttribute('href')).toMatch(/^#\/block\/\d+$/)
    await page.keyboard.press('Enter')
    await page.getByText('state root').waitFor()
    await poll(() => page.evaluate('document.activeElement.tagName')).toBe('MAIN')
  })

  it('follows a transaction from the pool into a block, and blocks that are taken back', async () => {
    await open('#/')
    const state = watched.page.locator('.state')
    const height = Number(await sample.call<string>('eth_blockNumber'))
    const snapshot = await sample.call('evm_snapshot')
    await sample.call('evm_setAutomine', false)
    await watched.page.goto(`${sample.node.url}/#/transaction/${await sample.predict()}`)
    await watched.page.getByText('not mined yet').waitFor()
    await sample.call('evm_mine')
    await section('Where the gas went').locator('.sum').waitFor()
    expect(await section('Transaction').textContent()).toContain('success')
    await poll(() => state.textContent()).toBe(`${height + 1}`)
    await sample.call('evm_revert', snapshot)
    await sample.call('evm_setAutomine', true)
    await poll(() => state.textContent()).toBe(`${height}`)
  })

  it('asks for new blocks where it cannot subscribe', async () => {
    const polled = await openPage(browser)
    await polled.page.routeWebSocket(/.*/, (socket) => socket.close())
    await polled.page.goto(`${sample.node.url}/`)
    await polled.page.locator('.state.polled').waitFor()
    await sample.predict()
    const height = Number(await sample.call<string>('eth_blockNumber'))
    await polled.page.getByRole('rowheader', { name: `${height}`, exact: true }).waitFor()
    await polled.page.context().close()
  })

  it('says that the node is gone, and goes on when it is back', async () => {
    const lost = await openPage(browser)
    await lost.page.goto(`${sample.node.url}/`)
    await lost.page.locator('.state.live').waitFor()
    await lost.page.route('**/*', (route) => route.abort())
    await lost.page.evaluate('document.dispatchEvent(new Event("visibilitychange"))')
    await lost.page.getByRole('alert').waitFor()
    await lost.page.unroute('**/*')
    await lost.page.getByRole('alert').waitFor({ state: 'detached' })
    await lost.page.context().close()
  })

  it('fits a phone and a desk, in light and dark', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tensor-evm-explorer-'))
    const views = {
      blocks: '#/',
      block: '#/block/5',
      transaction: `#/transaction/${sample.prediction}`,
      halted: `#/transaction/${sample.halted}`,
      logs: `#/transaction/${sample.logging}`,
      models: '#/models',
      chain: '#/chain',
      account: `#/account/${sample.classifier}`,
    }
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [1280, 'dark'],
      [400, 'light'],
      [400, 'dark'],
    ] as const) {
      const sized = await openPage(browser, { viewport: { width, height: 900 }, colorScheme })
      const { page } = sized
      for (const [view, hash] of Object.entries(views)) {
        await page.goto(`${sample.node.url}/${hash}`)
        await page.locator('main section').last().waitFor()
        await page.locator('.loading').first().waitFor({ state: 'detached' })
        expect(await page.evaluate('document.documentElement.scrollWidth'), `${view} at ${width}`).toBe(width)
        await page.screenshot({ path: join(folder, `${view}-${width}-${colorScheme}.png`), fullPage: true })
      }
      await page.context().close()
      expectQuiet(sized)
    }
    console.log(`screenshots: ${folder}`)
  })
})
