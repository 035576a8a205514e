import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { runTx } from '@ethereumjs/vm'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { developmentAccounts, MAX_TRANSACTION_GAS } from '../../../evm-ext/index.ts'
import type { ModelTypes } from '../../../isa/index.ts'
import { code, op, type Piece } from '../../bytecode.ts'
import { constantsModel } from '../models.ts'
import { CODE_ACCOUNTS, randomProgram } from '../randomProgram.ts'
import { address, call, putCode } from '../setup.ts'
import { setUpVM } from '../vm.ts'
import { ALL_GAS, JUMPDEST } from './programs.ts'
import { createWorld, type World } from './world.ts'

const RUNS = 40
const FIRST = 0xf00d00
const data = Uint8Array.from({ length: 300 }, (_, index) => (index * 73 + 11) % 256)

let world: World
let model: ModelTypes
beforeAll(async () => {
  world = await createWorld()
  model = { root: BigInt(world.root), types: constantsModel().constants }
  for (const account of CODE_ACCOUNTS.slice(0, 2)) await putCode(world.state, account, data)
})

/** Instructions of a random program whose type rules are satisfied. */
function randomSteps(seed: number, length: number): Piece[] {
  const steps = randomProgram(seed, length, false, { models: [model], calldataBytes: data.length })
  return steps.map(({ instruction, words }) => op(instruction?.mnemonic as string, ...words))
}

/**
 * Puts contracts that run tensor programs and call the next with all their gas, and halt when that fails. The few that need
 * more gas than a transaction has are passed over.
 */
async function putChain(seed: number, depth: number): Promise<void> {
  for (let index = 0; index < depth; index++) {
    const steps = randomSteps(seed + index, 7)
    const [before, after] = [steps.slice(0, steps.length / 2), steps.slice(steps.length / 2)]
    const calling = code(...before, op('CALL', ALL_GAS, FIRST + index + 1, 0, 0, 0, 0, 0))
    // Behind a PUSH of one byte or two, JUMPI and INVALID.
    const near = calling.length + 4
    const checked = code(op('JUMPI', near < 256 ? near : near + 1), op('INVALID'), JUMPDEST)
    await putCode(world.state, FIRST + index, index === depth - 1 ? code(...steps) : code(calling, checked, ...after))
  }
  fc.pre((await run(MAX_TRANSACTION_GAS)).succeeds)
}

async function run(gasLimit: bigint): Promise<{ readonly succeeds: boolean; readonly used: bigint }> {
  const { execResult } = await call(world.evm, FIRST, { gasLimit, data })
  return { succeeds: execResult.exceptionError === undefined, used: execResult.executionGasUsed }
}

/** Least gas of which all but a 64th is at least `gas` (EIP-150). */
function withSixtyFourth(gas: bigint): bigint {
  let all = (gas * 64n) / 63n
  while (all - all / 64n < gas) all++
  return all
}

/**
 * The least gas limit with which a call succeeds, from one run of it with ample gas: what each frame uses, and where it
 * calls, what leaves the callee what that needs.
 */
async function estimate(): Promise<bigint> {
  const frames: { readonly limit: bigint; need: bigint; child: { used: bigint; need: bigint } | undefined }[] = []
  let least = 0n
  const { events } = world.evm
  const onBefore = ({ gasLimit }: { gasLimit: bigint }) =>
    void frames.push({ limit: gasLimit, need: 0n, child: undefined })
  const onStep = ({ gasLeft }: { gasLeft: bigint }) => {
    const frame = frames.at(-1)
    if (frame?.child === undefined) return
    const { used, need } = frame.child
    const before = frame.limit - (gasLeft + used)
    const needed = before + withSixtyFourth(need)
    if (needed > frame.need) frame.need = needed
    frame.child = undefined
  }
  const onAfter = ({ execResult }: { execResult: { executionGasUsed: bigint } }) => {
    const used = execResult.executionGasUsed
    const need = frames.pop()?.need ?? 0n
    least = need > used ? need : used
    const parent = frames.at(-1)
    if (parent !== undefined) parent.child = { used, need: least }
  }
  events.on('beforeMessage', onBefore)
  events.on('step', onStep)
  events.on('afterMessage', onAfter)
  await run(MAX_TRANSACTION_GAS)
  events.off('beforeMessage', onBefore)
  events.off('step', onStep)
  events.off('afterMessage', onAfter)
  return least
}

/** The least gas limit with which the call succeeds, by trying. */
async function search(): Promise<bigint> {
  let [fails, succeeds] = [0n, MAX_TRANSACTION_GAS]
  while (succeeds - fails > 1n) {
    const middle = (fails + succeeds) / 2n
    if ((await run(middle)).succeeds) succeeds = middle
    else fails = middle
  }
  return succeeds
}

const cases = fc.record({ seed: fc.nat(1_000_000), depth: fc.integer({ min: 1, max: 4 }) })

test('a tensor program without calls needs the gas that it uses, no more and no less', async () => {
  const property = fc.asyncProperty(fc.nat(1_000_000), async (seed) => {
    await putChain(seed, 1)
    const { used } = await run(MAX_TRANSACTION_GAS)
    expect(await run(used)).toEqual({ succeeds: true, used })
    expect((await run(used - 1n)).succeeds).toBe(false)
  })
  await fc.assert(property, { numRuns: RUNS * 2 })
})

test('a call that succeeds succeeds with any more gas, and uses as much', async () => {
  const limits = fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 4, maxLength: 8 })
  const property = fc.asyncProperty(cases, limits, async ({ seed, depth }, factors) => {
    await putChain(seed, depth)
    const least = await estimate()
    const { used } = await run(MAX_TRANSACTION_GAS)
    for (const factor of factors) {
      const limit = BigInt(Math.floor(Number(least) * factor))
      const found = await run(limit)
      expect(found.succeeds).toBe(limit >= least)
      if (found.succeeds) expect(found.used).toBe(used)
    }
  })
  await fc.assert(property, { numRuns: RUNS })
})

test('one run, corrected for what calls keep back, finds what a search over gas limits finds', async () => {
  const property = fc.asyncProperty(cases, async ({ seed, depth }) => {
    await putChain(seed, depth)
    expect(await estimate()).toBe(await search())
  })
  await fc.assert(property, { numRuns: RUNS / 2 })
})

test('no transaction has more than 2^24 gas', async () => {
  const { vm } = await setUpVM({ [FIRST]: code(op('TSPACE')) })
  const send = (gasLimit: bigint) => {
    const unsigned = createFeeMarket1559Tx(
      { chainId: vm.common.chainId(), nonce: 0, maxFeePerGas: 10n ** 10n, gasLimit, to: address(FIRST) },
      { common: vm.common, freeze: false },
    )
    return runTx(vm, { tx: unsigned.sign(developmentAccounts[0]?.privateKey as Uint8Array) })
  }
  await expect((async () => send(MAX_TRANSACTION_GAS + 1n))()).rejects.toThrow(/gas/i)
  expect((await send(MAX_TRANSACTION_GAS)).execResult.exceptionError).toBeUndefined()
})
