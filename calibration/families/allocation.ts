import { encodeAxisWord } from '../../isa/index.ts'
import type { PriceClass } from '../family.ts'

/**
 * New tensors from next to nothing: what it takes to write memory that no cache holds. Every other class is priced on top
 * of this.
 */
export const allocation: PriceClass = {
  name: 'allocation',
  counts: [],
  families: [
    {
      name: 'allocation',
      mnemonic: 'TILE',
      axes: [{ name: 'bytes', min: 4096, max: 2 ** 23 }],
      operands: ({ bytes = 1 }) => ({ multiples: encodeAxisWord([bytes]), x: { dtype: 'int8', shape: [1] } }),
    },
  ],
}
