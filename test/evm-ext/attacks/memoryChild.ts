import { setTimeout } from 'node:timers/promises'
import { createWasmKernel } from '../../../kernel/index.ts'
import { code } from '../../bytecode.ts'
import { address, setUp } from '../setup.ts'
import { memoryAttacks, prepareAttack } from './memoryAttacks.ts'
import type { MemoryGrowth } from './memoryGrowth.ts'
import { bytesType, endless, freeTop, make, repeat } from './programs.ts'

// Runs attacks in a process of their own, so that what is measured is theirs. Started by memoryGrowth.ts.

const OS_PAGE_BYTES = 4096

const [gas = '', cap = '', ...names] = process.argv.slice(2)
const attacks = names.map((name) => {
  const attack = memoryAttacks.find((candidate) => candidate.name === name)
  if (attack === undefined) throw new RangeError(`name: no attack is called ${name}`)
  return attack
})
const tensorArenaBytes = Number(cap)

const kernel = createWasmKernel()
const target = await setUp({ kernel, genesis: { parameters: { tensorArenaBytes } } })

/** Touches what the kernel has for itself, so that it is not taken for the attack's. */
function touchKernel(): void {
  const view = new Uint8Array(kernel.memory.buffer)
  for (let at = 0; at < view.length; at += OS_PAGE_BYTES) view[at] = view[at] as number
}

/** Lets the engine compile what runs code, and its heap grow to what that takes. */
async function warmUp(): Promise<void> {
  const steps = repeat(64, make(bytesType(64)), freeTop)
  for (let round = 0; round < 20; round++)
    await target.evm.runCode({ code: endless([steps]), gasLimit: 400_000n, to: address(0xf00) })
  await target.evm.runCode({ code: code(repeat(40, steps)), gasLimit: 10n ** 7n, to: address(0xf00) })
}

/** What the process holds: the engine's heap as far as it is in use, and all that lies outside it. */
async function held(): Promise<{ readonly native: number; readonly heap: number }> {
  // What a collection frees is given back a little later.
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.()
    await setTimeout(50)
  }
  const { rss, heapTotal, heapUsed } = process.memoryUsage()
  return { native: rss - heapTotal, heap: heapUsed }
}

const wasmBefore = kernel.memory.buffer.byteLength
touchKernel()
await warmUp()
const runs = attacks.map((attack) => prepareAttack(target, attack, tensorArenaBytes))
const before = await held()
for (const run of runs) await run(BigInt(gas))
const after = await held()
const growth: MemoryGrowth = {
  resident: after.native - before.native + after.heap - before.heap,
  wasm: kernel.memory.buffer.byteLength - wasmBefore,
}
console.log(JSON.stringify(growth))
