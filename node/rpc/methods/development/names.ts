import type { z } from 'zod'
import type { Methods, RequestContext } from '../../method.ts'
import { type Method, method } from '../../method.ts'

/** The tools whose methods these are. Clients choose one of the prefixes, and expect all methods under it. */
export type Prefix = 'evm' | 'anvil' | 'hardhat'

/** A method under its names. */
export function named(names: readonly string[], declared: Method): Methods {
  return Object.fromEntries(names.map((name) => [name, declared]))
}

/** `anvil_name` and `hardhat_name`, and `evm_name` where that is one too. */
export function namesOf(name: string, ...more: readonly Prefix[]): string[] {
  return ['anvil', 'hardhat', ...more].map((prefix) => `${prefix}_${name}`)
}

/**
 * A method that only does something. anvil answers null then and Hardhat true, and each one's clients check that.
 */
export function command<P extends readonly unknown[]>(
  name: string,
  params: z.ZodType<P>,
  run: (params: P, context: RequestContext) => unknown,
): Methods {
  const answering = (answer: null | true) =>
    method(params, async (given, context) => {
      await run(given, context)
      return answer
    })
  return { [`anvil_${name}`]: answering(null), [`hardhat_${name}`]: answering(true) }
}
