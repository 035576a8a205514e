import type { Axis, PriceClass, ShapeFamily } from '../family.ts'
import { dtypeAt } from './shapes.ts'

const axes: readonly Axis[] = [
  { name: 'rows', min: 1, max: 4096 },
  { name: 'columns', min: 1, max: 65536 },
  { name: 'dtype', min: 0, max: 2, isChoice: true },
  { name: 'offset', min: 0, max: 3, isChoice: true },
]

const family = (mnemonic: string, operands: ShapeFamily['operands']): ShapeFamily => ({
  name: mnemonic,
  mnemonic,
  axes,
  operands,
})

const typeAt = ({ rows = 1, columns = 1, dtype = 0 }: Readonly<Record<string, number>>) => ({
  dtype: dtypeAt(dtype),
  shape: [rows, columns],
})
const offsetAt = ({ offset = 0 }: Readonly<Record<string, number>>) => BigInt(offset)

/** Copies between tensors and the rest of the EVM. */
export const loads: PriceClass = {
  name: 'loads',
  counts: ['copiedBytes', 'storedBytes'],
  families: [
    family('TMLOAD', (point) => ({ type: typeAt(point), offset: offsetAt(point) })),
    family('TCALLDATALOAD', (point) => ({ type: typeAt(point), offset: offsetAt(point) })),
    family('TCODELOAD', (point) => ({ type: typeAt(point), account: 0x1234n, offset: offsetAt(point) })),
    family('TMODELLOAD', (point) => ({
      model: { root: 1n, types: [typeAt(point)] },
      index: 0n,
      firstRow: 0n,
      rowCount: BigInt(point.rows ?? 1),
    })),
    family('TMSTORE', (point) => ({ tensor: typeAt(point), offset: offsetAt(point) })),
  ],
}

export const commitments: PriceClass = {
  name: 'commitments',
  counts: ['hashedBytes'],
  families: [family('TROOT', (point) => ({ tensor: typeAt(point) }))],
}
