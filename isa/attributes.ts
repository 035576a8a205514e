import { ensure } from './halt.ts'

/**
 * A bit field of an attribute word.
 *
 * `bias` is added when the word is read: a stride is stored as its value minus one, so that common words are short.
 */
export type Field = {
  readonly name: string
  readonly bits: number
  readonly signed?: boolean
  readonly bias?: number
  readonly doc: string
}

/** Values of the fields of an attribute word, by name. */
export type AttributeValues<F extends readonly Field[] = readonly Field[]> = {
  readonly [Name in F[number]['name']]: number
}

/** Fields from bit 0 upward, without gaps; every bit above the last field is zero. */
export type AttributeLayout<F extends readonly Field[] = readonly Field[]> = {
  readonly fields: F
  /** @throws {HaltError} `BadAttribute` when an unused bit is set */
  decode(word: bigint): AttributeValues<F>
  /** Fields left out are zero when stored. @throws {RangeError} naming a field that is unknown or does not fit */
  encode(values: Partial<AttributeValues<F>>): bigint
}

/** Declares the layout of an attribute word. */
export function attributeLayout<const F extends readonly Field[]>(fields: F): AttributeLayout<F> {
  const totalBits = fields.reduce((sum, field) => sum + field.bits, 0)
  if (totalBits > 256) throw new RangeError(`fields: ${totalBits} bits do not fit a word`)
  const decode = (word: bigint) => {
    ensure(word >> BigInt(totalBits) === 0n, 'BadAttribute', 'unused bits are set')
    const values: Record<string, number> = {}
    let rest = word
    for (const { name, bits, signed, bias } of fields) {
      const raw = BigInt.asUintN(bits, rest)
      values[name] = Number(signed ? BigInt.asIntN(bits, raw) : raw) + (bias ?? 0)
      rest >>= BigInt(bits)
    }
    return values as AttributeValues<F>
  }
  const encode = (values: Partial<AttributeValues<F>>) => {
    const given = values as Readonly<Record<string, number | undefined>>
    for (const name of Object.keys(given))
      if (!fields.some((field) => field.name === name)) throw new RangeError(`${name}: no such attribute`)
    let word = 0n
    let position = 0
    for (const { name, bits, signed, bias } of fields) {
      const stored = (given[name] ?? bias ?? 0) - (bias ?? 0)
      const low = signed ? -(2 ** (bits - 1)) : 0
      const high = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1
      if (!Number.isInteger(stored) || stored < low || stored > high)
        throw new RangeError(`${name}: ${given[name]} is not an integer in ${low + (bias ?? 0)}..${high + (bias ?? 0)}`)
      word |= BigInt.asUintN(bits, BigInt(stored)) << BigInt(position)
      position += bits
    }
    return word
  }
  return { fields, decode, encode }
}
