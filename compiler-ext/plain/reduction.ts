import { elementBytes, elementCount, rowMajorStrides } from '../../isa/index.ts'
import { loadElement, type Placed, storeElement } from './memory.ts'
import { joinedAxes, type Lines, literal, loop, stridedOffset, times } from './yul.ts'

/** What a reduction does with an element `v`, and what it begins with: the first element, or 0. */
const folds: Readonly<Record<string, (zeroPoint: number) => { first: string; fold: Lines }>> = {
  REDUCE_SUM: (zeroPoint) => ({
    first: '0',
    fold: [`result := add(result, ${zeroPoint === 0 ? 'v' : `sub(v, ${literal(zeroPoint)})`})`],
  }),
  REDUCE_MAX: () => ({ first: '', fold: ['if sgt(v, result) { result := v }'] }),
  REDUCE_MIN: () => ({ first: '', fold: ['if slt(v, result) { result := v }'] }),
  ARGMAX: () => ({ first: '0', fold: ['if sgt(v, largest) { largest := v result := k }'] }),
}

/** REDUCE_SUM, REDUCE_MAX, REDUCE_MIN and ARGMAX; `axes` as a set of bits. */
export function reductionStep(mnemonic: string, axes: number, zeroPoint: number, x: Placed, output: Placed): Lines {
  const { shape } = x.type
  const bytes = elementBytes[x.type.dtype]
  const strides = rowMajorStrides(shape)
  const isFolded = (axis: number) => ((axes >> axis) & 1) === 1
  const kept = <T>(values: readonly T[]) => values.filter((_, axis) => !isFolded(axis))
  const folded = <T>(values: readonly T[]) => values.filter((_, axis) => isFolded(axis))
  const count = elementCount(folded(shape))
  const base = `add(${x.address}, ${times(stridedOffset('i', kept(shape), kept(strides)), bytes)})`
  const { first, fold } = (folds[mnemonic] as (typeof folds)[string])(zeroPoint)
  const foldedAxes = joinedAxes(folded(shape), folded(strides))
  const load = `let v := ${loadElement(x.type, 'at')}`
  const step = (foldedAxes[0]?.stride ?? 1) * bytes
  // Without several folded axes that lie apart, a pointer walks along them.
  const inner =
    foldedAxes.length <= 1
      ? ['let at := base', ...loop('k', '0', 1, count, [load, ...fold], [`at := add(at, ${step})`])]
      : loop('k', '0', 1, count, [
          `let at := add(base, ${times(stridedOffset('k', folded(shape), folded(strides)), bytes)})`,
          load,
          ...fold,
        ])
  return [
    `let out := ${output.address}`,
    ...loop('i', '0', 1, elementCount(output.type.shape), [
      `let base := ${base}`,
      `let result := ${first === '' ? loadElement(x.type, 'base') : first}`,
      ...(mnemonic === 'ARGMAX' ? [`let largest := ${loadElement(x.type, 'base')}`] : []),
      ...inner,
      storeElement(output.type, 'out', 'result'),
      `out := add(out, ${elementBytes[output.type.dtype]})`,
    ]),
  ]
}
