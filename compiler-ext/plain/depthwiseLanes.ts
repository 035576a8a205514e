import type { Shape } from '../../isa/index.ts'
import { loadData, type PlainContext } from './context.ts'
import { padded } from './contraction.ts'
import { type DepthwiseStep, depthwiseScalar } from './depthwise.ts'
import { outputBytes, outputLines, parameterBytes, parametersOf } from './epilogue.ts'
import { block, type Lines, loop, plus } from './yul.ts'

// A line of ten neighbouring pixels of one channel times the taps of a line of the window, in reverse, is a polynomial product
// whose coefficients are the sums of products of the window at each place: one multiplication takes a line of taps at up to
// ten places. Pixels are unsigned bytes, taps are signed: 2^23 in each lane keeps sums from borrowing from their neighbours.

const LANES = 10
const LANE_BITS = 24
const LANE_BIAS = 2 ** 23
/** Most taps: 257 * 255 * 128 < 2^23. */
const MOST_TAPS = 257

/** 2^23 in each lane. */
const biasedLanes = `0x${Array.from({ length: LANES }, () => '800000').join('')}`

/** Outputs of a line that one word of pixels gives. */
function outputsOfWord(taps: number, stride: number): number {
  return Math.floor((LANES - taps) / stride) + 1
}

/** Whether lanes hold more than one output of this window. */
function suitsLanes({ attributes, taps, outputShape }: DepthwiseStep): boolean {
  const { dilationW = 1, strideW = 1 } = attributes
  const fits = taps[1] < LANES && taps[0] * taps[1] <= MOST_TAPS && dilationW === 1
  return fits && outputsOfWord(taps[1], strideW) > 1 && (outputShape[2] as number) > 1
}

/** The taps of a line as lanes from the last tap up, of bytes of value + 128 at `w`, without the 128 again. */
function tapsWord(count: number): string {
  const lanes = Array.from({ length: count }, (_, tap) => {
    const bits = LANE_BITS * (count - 1 - tap)
    return bits === 0 ? `byte(${tap}, ww)` : `shl(${bits}, byte(${tap}, ww))`
  })
  const offset = `0x${Array.from({ length: count }, () => '000080').join('')}`
  return `sub(${lanes.reduceRight((sum, lane) => `or(${lane}, ${sum})`)}, ${offset})`
}

/** Channel by channel: lines of pixels as lanes, then the windows of each place of a line together. */
function depthwiseLanes(context: PlainContext, name: string, step: DepthwiseStep): Lines {
  const { x, weights, attributes, taps, outputShape, epilogue } = step
  const { strideH = 1, strideW = 1, dilationH = 1 } = attributes
  const input = padded(context, attributes, x)
  const [batch, height, width, channels] = input.shape
  const [, rows, columns, outputs] = outputShape as Shape & [number, number, number, number]
  const elementBytes = outputBytes(epilogue)
  const ofWord = Math.min(outputsOfWord(taps[1], strideW), columns)
  const words = Math.ceil(columns / ofWord)
  const lanes = (ofWord - 1) * strideW + taps[1]
  const lineBytes = 32 * words

  const bias = weights.bias?.data
  const stride = parameterBytes(epilogue)
  const parameters = weights.rows.flatMap((row, output) => {
    const sum = row.reduce((total, tap) => total + tap, 0)
    const added = (bias?.[output] ?? 0) - (128 + weights.zeroPointX) * sum - LANE_BIAS
    return parametersOf(epilogue, output, BigInt(added))
  })
  const packed = Uint8Array.from([...weights.rows.flat().map((value) => value + 128), ...parameters])
  const memory = context.temporary(packed.length)
  const pixels = context.temporary(batch * height * lineBytes)
  const tapWords = context.temporary(32 * taps[0])

  const lane = (i: number) => {
    const value = `byte(0, mload(${plus('pixel', i * channels)}))`
    return i === 0 ? value : `shl(${LANE_BITS * i}, ${value})`
  }
  const gathered = Array.from({ length: lanes }, (_, i) => lane(i)).reduceRight((sum, one) => `or(${one}, ${sum})`)
  context.helper(`${name}Pixels`, () =>
    block(`function ${name}Pixels(column)`, [
      `let to := ${pixels}`,
      ...loop('line', 'column', width * channels, batch * height, [
        ...loop('pixel', 'line', ofWord * strideW * channels, words, [`mstore(to, ${gathered})`, 'to := add(to, 32)']),
      ]),
    ]),
  )
  context.helper(`${name}Outputs`, () =>
    block(`function ${name}Outputs(sums, word, out, end)`, [
      ...block(
        `for {} lt(out, end) { out := add(out, ${elementBytes * outputs}) sums := shr(${LANE_BITS * strideW}, sums) }`,
        outputLines(epilogue, 'and(sums, 0xffffff)', 'out'),
      ),
    ]),
  )
  const lineOfTaps = (tap: number) => {
    const from = plus('at', tap * dilationH * lineBytes)
    return `mul(mload(${from}), mload(${tapWords + 32 * tap}))`
  }
  const sums =
    taps[0] <= 8
      ? [
          `let sums := ${Array.from({ length: taps[0] }, (_, tap) => lineOfTaps(tap)).reduceRight((sum, one) => `add(${one}, ${sum})`)}`,
        ]
      : [
          'let sums := 0',
          'let from := at',
          ...loop('tap', String(tapWords), 32, taps[0], [
            'sums := add(sums, mul(mload(from), mload(tap)))',
            `from := add(from, ${dilationH * lineBytes})`,
          ]),
        ]
  const shift = LANE_BITS * (taps[1] - 1)
  const ofLine = [
    'let at := line',
    `let lineEnd := add(out, ${elementBytes * columns * outputs})`,
    ...block('for {} lt(out, lineEnd) {}', [
      ...sums,
      `let end := add(out, ${elementBytes * ofWord * outputs})`,
      'if gt(end, lineEnd) { end := lineEnd }',
      `${name}Outputs(shr(${shift}, add(sums, ${biasedLanes})), word, out, end)`,
      'out := end',
      'at := add(at, 32)',
    ]),
  ]
  context.helper(`${name}Channel`, () =>
    block(`function ${name}Channel(w, word, out)`, [
      ...loop(
        'to',
        String(tapWords),
        32,
        taps[0],
        ['let ww := mload(w)', `mstore(to, ${tapsWord(taps[1])})`, `w := add(w, ${taps[1]})`],
        [],
      ),
      ...loop('image', String(pixels), height * lineBytes, batch, [
        'let line := image',
        ...loop('row', '0', 1, rows, [...ofLine, `line := add(line, ${strideH * lineBytes})`]),
      ]),
    ]),
  )
  return [
    ...input.lines,
    loadData(context, memory, context.data(packed), packed.length),
    `let w := ${memory}`,
    `let p := ${memory + weights.rows.length * taps[0] * taps[1] + stride - 32}`,
    `let out := ${epilogue.output.address}`,
    ...loop('column', String(input.address), 1, channels, [
      `${name}Pixels(column)`,
      ...loop('copy', '0', 1, outputs / channels, [
        `${name}Channel(w, mload(p), out)`,
        `w := add(w, ${taps[0] * taps[1]})`,
        `p := add(p, ${stride})`,
        `out := add(out, ${elementBytes})`,
      ]),
    ]),
  ]
}

/** DEPTHWISE_CONV2D with the contract's arithmetic. */
export function depthwiseStep(context: PlainContext, name: string, step: DepthwiseStep): Lines {
  const useLanes = context.arithmetic === 'swar' && suitsLanes(step)
  return useLanes ? depthwiseLanes(context, name, step) : depthwiseScalar(context, name, step)
}
