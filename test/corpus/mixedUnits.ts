import { readContract } from './packages.ts'
import type { Mixed, Unit } from './unit.ts'

const read = (name: string) => readContract(`${name}.sol`)

/** A unit of one file that imports packages. */
const single = (name: string, mixed: Mixed): Unit => ({
  name: `mixed ${name}`,
  origin: 'mixed',
  sources: { [`${name}.sol`]: read(`mixed/${name}`) },
  mixed,
})

/** Contracts and files of awkward names; needs no packages, as the next two do not. */
const names: Unit = {
  name: 'mixed Names',
  origin: 'mixed',
  sources: {
    'Names.sol': read('mixed/Names'),
    'Transient.sol': read('hostile/Transient'),
    'it\'s "quoted".sol': read('hostile/Same'),
    'other/Same.sol': read('hostile/OtherSame'),
  },
  mixed: {
    marked: ['Names.sol:$Crowd'],
    tied: ['it\'s "quoted".sol:Same', 'it\'s "quoted".sol:Pair', 'other/Same.sol:Same'],
    embeds: [
      ['Names.sol:$Crowd', 'it\'s "quoted".sol:Same'],
      ['Names.sol:$Crowd', 'other/Same.sol:Same'],
    ],
  },
}

/** A library with instructions, a contract that calls it, and others that embed one another. */
const nested: Unit = {
  name: 'mixed Nested',
  origin: 'mixed',
  sources: {
    'Nested.sol': read('mixed/Nested'),
    'Immutables.sol': read('hostile/Immutables'),
    'Operators.sol': read('hostile/Operators'),
    'Pointers.sol': read('hostile/Pointers'),
    'it\'s "quoted".sol': read('hostile/Same'),
    'other/Same.sol': read('hostile/OtherSame'),
  },
  mixed: {
    marked: ['Nested.sol:Marks', 'Nested.sol:Grower', 'Nested.sol:Crowd'],
    tied: ['Immutables.sol:Bottom', 'it\'s "quoted".sol:Same', 'it\'s "quoted".sol:Pair', 'other/Same.sol:Same'],
    embeds: [
      ['Nested.sol:Grower', 'Immutables.sol:Bottom'],
      ['Nested.sol:Crowd', 'Immutables.sol:Bottom'],
      ['Nested.sol:Crowd', 'it\'s "quoted".sol:Same'],
      ['Nested.sol:Crowd', 'other/Same.sol:Same'],
    ],
  },
}

/** Contracts that embed one another at several depths. */
const deep: Unit = {
  name: 'mixed Deep',
  origin: 'mixed',
  sources: {
    'Deep.sol': read('mixed/Deep'),
    'Creation.sol': read('hostile/Creation'),
    'Operators.sol': read('hostile/Operators'),
  },
  mixed: {
    marked: ['Deep.sol:Grower'],
    tied: ['Branch', 'Copier', 'Forest', 'Leaf', 'Plain', 'Tree', 'Twig'].map((name) => `Creation.sol:${name}`),
    embeds: [
      ['Deep.sol:Grower', 'Creation.sol:Branch'],
      ['Deep.sol:Grower', 'Creation.sol:Leaf'],
    ],
  },
}

const [admin, transparent, beacon] = [
  '@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol:ProxyAdmin',
  '@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol:TransparentUpgradeableProxy',
  '@openzeppelin/contracts/proxy/beacon/UpgradeableBeacon.sol:UpgradeableBeacon',
] as const

/** Contracts with instructions beside others without. */
export function mixedUnits(): readonly Unit[] {
  return [
    single('Tokens', { marked: ['Tokens.sol:Gated', 'Tokens.sol:Deployer'], tied: [], embeds: [] }),
    single('Proxies', {
      givesImports: true,
      marked: ['Proxies.sol:Upgrader'],
      tied: ['Proxies.sol:Maker', admin, transparent, beacon],
      embeds: [
        ['Proxies.sol:Upgrader', transparent],
        ['Proxies.sol:Upgrader', admin],
      ],
    }),
    single('Governance', { marked: ['Governance.sol:Clerk'], tied: [], embeds: [] }),
    single('Solady', { givesImports: true, marked: ['Solady.sol:Portrait'], tied: [], embeds: [] }),
    names,
    nested,
    deep,
    {
      ...nested,
      name: 'mixed Nested, linked early and Swarm hash',
      isVariant: true,
      settings: {
        libraries: {
          'Nested.sol': { Marks: `0x${'5'.repeat(40)}` },
          'other/Same.sol': { Shared: `0x${'6'.repeat(40)}` },
        },
        metadata: { bytecodeHash: 'bzzr1' },
      },
    },
  ]
}
