import type { Shape } from '../../isa/index.ts'
import { loadData, type PlainContext } from './context.ts'
import { type ConvolutionAttributes, padded, positions, type Weights } from './contraction.ts'
import { type Epilogue, outputBytes, outputLines, parameterBytes, parametersOf } from './epilogue.ts'
import { block, type Lines, loop, plus } from './yul.ts'

/** What a DEPTHWISE_CONV2D is made of; a row of weights holds the taps of one output channel. */
export type DepthwiseStep = {
  readonly x: Parameters<typeof padded>[2]
  readonly weights: Weights
  readonly attributes: ConvolutionAttributes
  readonly taps: readonly [number, number]
  readonly outputShape: Shape
  readonly epilogue: Epilogue
}

/** One product at a time: each output channel of each position in turn. */
export function depthwiseScalar(context: PlainContext, name: string, step: DepthwiseStep): Lines {
  const { x, weights, attributes, taps, outputShape, epilogue } = step
  const { dilationH = 1, dilationW = 1 } = attributes
  const input = padded(context, attributes, x)
  const channels = input.shape[3]
  const outputs = outputShape[3] as number
  const depth = taps[0] * taps[1]
  const bias = weights.bias?.data
  const stride = parameterBytes(epilogue)
  const parameters = weights.rows.flatMap((_, output) => parametersOf(epilogue, output, BigInt(bias?.[output] ?? 0)))
  const packed = Uint8Array.from([...weights.rows.flat().map((value) => value + 128), ...parameters])
  const memory = context.temporary(packed.length)
  const elementBytes = outputBytes(epilogue)
  const line = input.shape[2] * channels

  // Windows of one line of taps after the other: all of them in one piece would be more than the stack can hold.
  const product = (at: string, tap: string) => [
    `let x := sub(byte(0, mload(${at})), ${128 + weights.zeroPointX})`,
    'sumX := add(sumX, x)',
    `sum := add(sum, mul(x, byte(0, mload(${tap}))))`,
  ]
  const tapStep = dilationW * channels
  const ofLine =
    taps[1] <= 8
      ? Array.from({ length: taps[1] }, (_, tap) =>
          block('', product(plus('tapLine', tap * tapStep), plus('t', tap))),
        ).flat()
      : loop('tap', 'tapLine', tapStep, taps[1], product('tap', 't'), ['t := add(t, 1)'])
  const advance = taps[1] <= 8 ? [`t := add(t, ${taps[1]})`] : []
  const one = [
    'let sum := 0',
    'let sumX := 0',
    ...block('', ['let t := w', ...loop('tapLine', 'pixel', dilationH * line, taps[0], ofLine, advance)]),
    'let word := mload(p)',
    ...outputLines(epilogue, 'sub(sum, shl(7, sumX))', 'o'),
    `w := add(w, ${depth})`,
    `p := add(p, ${stride})`,
  ]
  const perChannel = outputs / channels
  context.helper(name, () =>
    block(`function ${name}(pixel, out)`, [
      `let w := ${memory}`,
      `let p := ${memory + weights.rows.length * depth + stride - 32}`,
      ...(perChannel === 1
        ? loop('o', 'out', elementBytes, outputs, one, ['pixel := add(pixel, 1)'])
        : [
            'let o := out',
            ...loop('channel', '0', 1, channels, [
              ...loop('copy', '0', 1, perChannel, [...one, `o := add(o, ${elementBytes})`]),
              'pixel := add(pixel, 1)',
            ]),
          ]),
    ]),
  )
  return [
    ...input.lines,
    loadData(context, memory, context.data(packed), packed.length),
    `let out := ${epilogue.output.address}`,
    ...positions(attributes, String(input.address), input.shape, outputShape, [
      `${name}(pixel, out)`,
      `out := add(out, ${elementBytes * outputs})`,
    ]),
  ]
}
