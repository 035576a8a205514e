import { elementBytes, type Shape } from '../../isa/index.ts'
import type { PlainContext } from './context.ts'
import { loadElement, type Placed, storeElement } from './memory.ts'
import { block, type Lines, loop, plus, times } from './yul.ts'

/** First row or column that a window reads, and how many: `from` and `count` of window `at` along an axis. */
function clipped(from: string, count: string, at: string, axis: Axis): string[] {
  const { stride, pad, window, input, outputs } = axis
  const start = times(at, stride)
  if (pad === 0 && (outputs - 1) * stride + window <= input)
    return [`let ${from} := ${start}`, `let ${count} := ${window}`]
  return [
    `let ${from} := ${plus(start, -pad)}`,
    `let ${count} := ${window}`,
    `if slt(${from}, 0) { ${count} := add(${count}, ${from}) ${from} := 0 }`,
    `if gt(add(${from}, ${count}), ${input}) { ${count} := sub(${input}, ${from}) }`,
  ]
}

type Axis = {
  readonly stride: number
  readonly pad: number
  readonly window: number
  readonly input: number
  readonly outputs: number
}

/** AVG_POOL2D and MAX_POOL2D. */
export function poolStep(
  context: PlainContext,
  name: string,
  isAverage: boolean,
  attributes: Readonly<Record<string, number>>,
  x: Placed,
  output: Placed,
): Lines {
  const { strideH = 1, strideW = 1, padTop = 0, padLeft = 0, windowH = 1, windowW = 1 } = attributes
  const [batch, height, width, channels] = x.type.shape as Shape & [number, number, number, number]
  const [, rows, columns] = output.type.shape as Shape & [number, number, number]
  const bytes = elementBytes[x.type.dtype]
  const pixelBytes = channels * bytes
  const load = `let v := ${loadElement(x.type, 'at')}`
  const begin = isAverage ? ['let result := 0'] : [`let result := ${loadElement(x.type, 'channel')}`]
  const end = isAverage
    ? [
        'let count := mul(rows, columns)',
        'let half := shr(1, count)',
        'result := sdiv(add(result, mul(half, sub(shl(1, sgt(result, not(0))), 1))), count)',
      ]
    : []
  context.helper(name, () =>
    block(
      `function ${name}(window, rows, columns, out)`,
      loop(
        'channel',
        'window',
        bytes,
        channels,
        [
          ...begin,
          `for { let line := channel let lineEnd := add(channel, mul(rows, ${width * pixelBytes})) } lt(line, lineEnd) { line := add(line, ${width * pixelBytes}) } {`,
          `  for { let at := line let atEnd := add(line, mul(columns, ${pixelBytes})) } lt(at, atEnd) { at := add(at, ${pixelBytes}) } {`,
          `    ${load}`,
          isAverage ? '    result := add(result, v)' : '    if sgt(v, result) { result := v }',
          '  }',
          '}',
          ...end,
          storeElement(output.type, 'out', 'result'),
        ],
        [`out := add(out, ${bytes})`],
      ),
    ),
  )
  const vertical = { stride: strideH, pad: padTop, window: windowH, input: height, outputs: rows }
  const horizontal = { stride: strideW, pad: padLeft, window: windowW, input: width, outputs: columns }
  return [
    `let out := ${output.address}`,
    ...loop('image', String(x.address), height * width * pixelBytes, batch, [
      ...loop('oy', '0', 1, rows, [
        ...clipped('y', 'rows', 'oy', vertical),
        `let line := add(image, ${times('y', width * pixelBytes)})`,
        ...loop('ox', '0', 1, columns, [
          ...clipped('left', 'columns', 'ox', horizontal),
          `${name}(add(line, ${times('left', pixelBytes)}), rows, columns, out)`,
          `out := add(out, ${pixelBytes})`,
        ]),
      ]),
    ]),
  ]
}
