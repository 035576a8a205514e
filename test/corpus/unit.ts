import type { OutputSelection, Settings } from '../../compiler-ext/standardJson.ts'

/** Where a compilation of the corpus comes from. */
type Origin = 'OpenZeppelin' | 'solady' | 'hostile' | 'mixed'

/** Sources that are compiled together. */
export type Unit = {
  readonly name: string
  readonly origin: Origin
  /** Texts by source unit name; imports that are not among them come from packages. */
  readonly sources: Readonly<Record<string, string>>
  /** Settings that the unit needs, besides the optimizer setting that it is compiled under. */
  readonly settings?: Settings
  /** Outputs to ask for in place of {@link everything}. */
  readonly outputs?: OutputSelection
  /** Whether it is one of many variants of a unit, for which one optimizer setting is enough. */
  readonly isVariant?: boolean
  /** Whether solc may have errors for it, or under which optimizer settings; else it must compile under all. */
  readonly mayFail?: boolean | readonly string[]
  /**
   * Whether what solc makes of it is not to be had from its IR as contracts with instructions are: code that uses msize,
   * debug information other than locations and ids, the SSA code generator.
   */
  readonly bypassesYul?: boolean
  /** What is expected of a unit with markers. */
  readonly mixed?: Mixed
}

/**
 * What becomes of each contract of a unit with markers; the others come out as from solc under the user's settings. Names
 * are `file:Contract`.
 */
export type Mixed = {
  /**
   * Whether the input holds what its sources import, as that of a build system does; else solc asks for it. AST nodes then
   * have other numbers.
   */
  readonly givesImports?: boolean
  /** Contracts with instructions. */
  readonly marked: readonly string[]
  /** Contracts without instructions that are tied to them because one embeds the other: always over the IR. */
  readonly tied: readonly string[]
  /** Contracts with instructions, each with one without that its code embeds. */
  readonly embeds: readonly (readonly [outer: string, inner: string])[]
}

/** An optimizer setting of the corpus. */
export type Setting = { readonly name: string; readonly settings: Settings }

/** The settings that every unit is compiled under. */
export const optimizerSettings: readonly Setting[] = [
  { name: 'off', settings: { optimizer: { enabled: false } } },
  { name: 'runs 1', settings: { optimizer: { enabled: true, runs: 1 } } },
  { name: 'runs 200, cancun', settings: { optimizer: { enabled: true, runs: 200 }, evmVersion: 'cancun' } },
  { name: 'runs 1000000', settings: { optimizer: { enabled: true, runs: 1_000_000 } } },
]

/** Every output that needs no experimental setting; under the legacy pipeline without the IR, which costs more than all else. */
export const everything = (viaIR: boolean): OutputSelection => ({
  '*': { '*': viaIR ? ['*', 'ir', 'irOptimized'] : ['*'], '': ['*'] },
})
