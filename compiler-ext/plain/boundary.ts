import { elementBytes, elementCount, type TensorType } from '../../isa/index.ts'
import type { PlainContext } from './context.ts'
import type { Placed } from './memory.ts'
import { block, type Lines, loop } from './yul.ts'

const SIGNS = `0x${'80'.repeat(32)}`

/** Turns int8 elements, canonical or as bytes of value + 128, into the other form: a word at a time. */
function flipSigns({ type }: Placed, from: string, to: string): Lines {
  const words = Math.ceil(elementCount(type.shape) / 32)
  return block('', [
    `let at := ${to}`,
    ...loop('flipped', from, 32, words, [`mstore(at, xor(mload(flipped), ${SIGNS}))`], ['at := add(at, 32)']),
  ])
}

/** Reverses the bytes of each element. */
function reverseBytes(context: PlainContext, type: TensorType, from: string, to: string): Lines {
  const bytes = elementBytes[type.dtype]
  const order = bytes === 2 ? [1, 0] : [3, 2, 1, 0]
  const name = context.helper(`reverse${bytes}`, () => {
    const parts = order.map((byte, position) => `shl(${8 * (31 - position)}, byte(${byte}, word))`)
    return block(`function reverse${bytes}(from, to, end)`, [
      ...block('for {} lt(from, end) {}', [
        'let word := mload(from)',
        `mstore(to, ${parts.reduceRight((sum, part) => `or(${part}, ${sum})`)})`,
        `from := add(from, ${bytes})`,
        `to := add(to, ${bytes})`,
      ]),
    ])
  })
  return [`${name}(${from}, ${to}, add(${from}, ${bytes * elementCount(type.shape)}))`]
}

/** Makes an input of its canonical bytes in calldata. */
export function readInput(context: PlainContext, offset: number, target: Placed): Lines {
  const bytes = elementBytes[target.type.dtype] * elementCount(target.type.shape)
  const copy = (to: number) => `calldatacopy(${to}, add(start, ${offset}), ${bytes})`
  if (target.type.dtype === 'int8')
    return [copy(target.address), ...flipSigns(target, String(target.address), String(target.address))]
  const raw = context.temporary(bytes)
  return [copy(raw), ...reverseBytes(context, target.type, String(raw), String(target.address))]
}

/** Writes an output's canonical bytes to memory; what follows them within a word is overwritten. */
export function writeOutput(context: PlainContext, source: Placed, to: number): Lines {
  if (source.type.dtype === 'int8') return flipSigns(source, String(source.address), String(to))
  return reverseBytes(context, source.type, String(source.address), String(to))
}
