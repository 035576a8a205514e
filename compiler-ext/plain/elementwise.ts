import { broadcastStrides } from '../../isa/check.ts'
import { elementBytes, elementCount, type Tensor, type TensorType } from '../../isa/index.ts'
import { loadData, type PlainContext, UnsupportedStep } from './context.ts'
import { loadElement, memoryBytes, type Placed, storeElement } from './memory.ts'
import { type Lines, literal, loop, plus, stridedOffset, times } from './yul.ts'

/** Yul of each instruction on two tensors, of elements `a` and `b`. */
const pairs: Readonly<Record<string, (attributes: Readonly<Record<string, number>>) => string>> = {
  TADD: () => 'add(a, b)',
  TSUB: () => 'sub(a, b)',
  TMUL: ({ shift = 0 }) => (shift === 0 ? 'mul(a, b)' : `sar(${shift}, add(mul(a, b), shl(${shift - 1}, 1)))`),
  // The difference is taken where the comparison says so.
  MAXIMUM: () => 'add(b, mul(sub(a, b), sgt(a, b)))',
  MINIMUM: () => 'add(b, mul(sub(a, b), slt(a, b)))',
}

/** Pointer to the element that output element `i` takes of an operand. */
function pointer(operand: Placed, output: TensorType): string {
  const strides = broadcastStrides(operand.type.shape, output.shape)
  const offset = stridedOffset('i', output.shape, strides)
  return offset === '0'
    ? String(operand.address)
    : `add(${operand.address}, ${times(offset, elementBytes[operand.type.dtype])})`
}

/** An instruction on two tensors that broadcast against each other. */
export function pairStep(
  mnemonic: string,
  attributes: Readonly<Record<string, number>>,
  a: Placed,
  b: Placed,
  output: Placed,
): Lines {
  const operation = pairs[mnemonic]
  if (operation === undefined) throw new UnsupportedStep('no operation on pairs')
  const bytes = elementBytes[output.type.dtype]
  const result = [storeElement(output.type, 'out', operation(attributes)), `out := add(out, ${bytes})`]
  const count = elementCount(output.type.shape)
  const start = `let out := ${output.address}`
  const areAligned = [a, b].every(({ type }) => elementCount(type.shape) === count)
  if (areAligned)
    return [
      start,
      `let second := ${b.address}`,
      ...loop(
        'first',
        String(a.address),
        bytes,
        count,
        [`let a := ${loadElement(a.type, 'first')}`, `let b := ${loadElement(b.type, 'second')}`, ...result],
        [`second := add(second, ${bytes})`],
      ),
    ]
  return [
    start,
    ...loop('i', '0', 1, count, [
      `let a := ${loadElement(a.type, pointer(a, output.type))}`,
      `let b := ${loadElement(b.type, pointer(b, output.type))}`,
      ...result,
    ]),
  ]
}

/** CLAMP. */
export function clampStep({ low = 0, high = 0 }: Readonly<Record<string, number>>, x: Placed, output: Placed): Lines {
  const bytes = elementBytes[x.type.dtype]
  const range = high - low
  return [
    `let out := ${output.address}`,
    ...loop(
      'x',
      String(x.address),
      bytes,
      elementCount(x.type.shape),
      [
        `let y := ${plus(loadElement(x.type, 'x'), -low)}`,
        `if gt(y, ${range}) { y := mul(${range}, sgt(y, 0)) }`,
        storeElement(output.type, 'out', low === 0 ? 'y' : `add(y, ${literal(low)})`),
      ],
      [`out := add(out, ${bytes})`],
    ),
  ]
}

/** TABLE of an int8 tensor: its bytes are positions in the table. */
export function tableStep(context: PlainContext, x: Placed, table: Tensor, output: Placed): Lines {
  const bytes = elementBytes[table.dtype]
  const packed = memoryBytes(table, table.data)
  const memory = context.temporary(packed.length)
  const entry = `mload(add(${memory}, ${times('byte(0, mload(x))', bytes)}))`
  // Entries lie at the top of the word; what follows is overwritten by the next, or lies in the slack.
  const store = bytes === 1 ? `mstore8(out, byte(0, ${entry}))` : `mstore(out, ${entry})`
  return [
    loadData(context, memory, context.data(packed), packed.length),
    `let out := ${output.address}`,
    ...loop('x', String(x.address), 1, elementCount(x.type.shape), [store], [`out := add(out, ${bytes})`]),
  ]
}
