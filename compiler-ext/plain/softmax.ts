import { elementBytes, elementCount, type Tensor } from '../../isa/index.ts'
import { loadData, type PlainContext } from './context.ts'
import { memoryBytes, type Placed, storeElement } from './memory.ts'
import { type Lines, literal, loop } from './yul.ts'

/** Fraction bits, zero point and greatest value of each form of the instruction. */
const forms = [
  { fractionBits: 35, zeroPoint: -128, greatest: 127 },
  { fractionBits: 27, zeroPoint: -32768, greatest: 32767 },
  { fractionBits: 28, zeroPoint: 0, greatest: 32767 },
] as const

const functions: Lines = [
  'function roundedHigh(a, b) -> r {',
  '  r := sar(31, add(mul(a, b), 0x40000000))',
  '}',
  '// Twice the reciprocal of a fraction by three Newton steps, and the leading zeros of its 32 bits.',
  'function softmaxInverse(sum) -> z, p {',
  '  for { p := 1 } lt(shl(p, sum), 0x80000000) {} { p := add(p, 1) }',
  '  let h := shl(sub(p, 1), sum)',
  '  let v := add(1515870810, roundedHigh(h, not(1010580539)))',
  '  for { let i := 0 } lt(i, 3) { i := add(i, 1) } {',
  '    v := add(v, shl(2, roundedHigh(v, sub(0x20000000, roundedHigh(h, v)))))',
  '  }',
  '  z := shl(1, v)',
  '  if sgt(z, 0x7fffffff) { z := 0x7fffffff }',
  '}',
]

/** SOFTMAX, with negative entries of the table as 0. */
export function softmaxStep(context: PlainContext, form: number, x: Placed, table: Tensor, output: Placed): Lines {
  context.helper('softmaxInverse', () => functions)
  const { fractionBits, zeroPoint, greatest } = forms[form] as (typeof forms)[number]
  const entries = table.data.map((value) => Math.max(value, 0))
  const packed = memoryBytes(table, entries)
  const memory = context.temporary(packed.length)
  const length = x.type.shape.at(-1) as number
  const bytes = elementBytes[output.type.dtype]
  const entry = `shr(224, mload(add(${memory}, shl(2, sub(most, byte(0, mload(at)))))))`
  return [
    loadData(context, memory, context.data(packed), packed.length),
    `let out := ${output.address}`,
    ...loop('row', String(x.address), length, elementCount(x.type.shape) / length, [
      'let most := 0',
      ...loop('at', 'row', 1, length, ['let value := byte(0, mload(at))', 'if gt(value, most) { most := value }']),
      'let sum := 0',
      ...loop('at', 'row', 1, length, [`sum := add(sum, shr(12, add(${entry}, 2048)))`]),
      'if lt(sum, 0x80000) { sum := 0x80000 }',
      'let z, p := softmaxInverse(sum)',
      `let k := sub(${fractionBits - 1}, p)`,
      ...loop('at', 'row', 1, length, [
        `let y := add(${literal(zeroPoint)}, sar(1, add(1, sar(k, roundedHigh(${entry}, z)))))`,
        `if sgt(y, ${greatest}) { y := ${greatest} }`,
        storeElement(output.type, 'out', 'y'),
        `out := add(out, ${bytes})`,
      ]),
    ]),
  ]
}
