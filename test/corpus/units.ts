import { hostileUnits } from './hostile.ts'
import { mixedUnits } from './mixedUnits.ts'
import { readContract } from './packages.ts'
import type { Unit } from './unit.ts'

const openZeppelin = ['Collectibles', 'Cryptography', 'Governance', 'Proxies', 'Structures', 'Texts', 'Tokens']
const solady = ['Algorithms', 'Machinery', 'Tokens']

/** Units that solc's legacy code generator finds no room on the stack for without the optimizer. */
const deep = ['OpenZeppelin Cryptography', 'solady Machinery']

const packageUnit = (origin: 'OpenZeppelin' | 'solady', name: string): Unit => ({
  name: `${origin} ${name}`,
  origin,
  ...(deep.includes(`${origin} ${name}`) && { mayFail: ['off'] }),
  sources: { [`${name}.sol`]: readContract(`${origin.toLowerCase()}/${name}.sol`) },
})

/** Every unit of the corpus. */
export function corpusUnits(): readonly Unit[] {
  return [
    ...openZeppelin.map((name) => packageUnit('OpenZeppelin', name)),
    ...solady.map((name) => packageUnit('solady', name)),
    ...hostileUnits(),
    ...mixedUnits(),
  ]
}
