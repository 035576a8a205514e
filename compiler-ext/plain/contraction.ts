import type { Shape, Tensor } from '../../isa/index.ts'
import { loadData, type PlainContext } from './context.ts'
import { dotLayer } from './dot.ts'
import { type Epilogue, outputBytes, outputLines, parameterBytes, parametersOf } from './epilogue.ts'
import type { Placed } from './memory.ts'
import { block, type Lines, loop, plus, times } from './yul.ts'

/** Most bytes of weights in memory at a time: more memory costs by the square of its size. */
const BLOCK_BYTES = 24576

/** Constant weights: rows of one output each. */
export type Weights = {
  readonly depth: number
  readonly rows: readonly (readonly number[])[]
  readonly bias: Tensor | undefined
  readonly zeroPointX: number
  readonly zeroPointWeights: number
}

/** Rows of weights that are used together, for every position before the next. */
type WeightBlocks = {
  readonly count: number
  /** Statements that load block number `chunk`, a variable where there are several. */
  readonly load: Lines
  /** Statement that makes values at a pointer ready. */
  prepare(x: string): string
  /** Statement that computes the outputs of one position, at a pointer, from values made ready. */
  outputs(out: string): string
  readonly outputsPerBlock: number
}

/** The largest divisor of `count` that is at most `limit`. */
function divisorUpTo(count: number, limit: number): number {
  for (let divisor = Math.min(count, Math.max(1, limit)); ; divisor--) if (count % divisor === 0) return divisor
}

/** What is added to the sum of products of unsigned bytes of an output. */
function correction({ depth, bias, zeroPointX, zeroPointWeights }: Weights, row: readonly number[], output: number) {
  const [biasX, biasWeights] = [128 + zeroPointX, 128 + zeroPointWeights]
  const sum = row.reduce((total, value) => total + value + 128, 0)
  return BigInt(bias?.data[output] ?? 0) - BigInt(biasX) * BigInt(sum) + BigInt(depth * biasX * biasWeights)
}

/**
 * Prepares the products of constant weights with values of an int8 tensor.
 *
 * With bytes `x' = x + 128` and `w' = w + 128` the sum of `(x - zx) * (w - zw)` is that of `x' * w'`, less `128 + zw` times
 * the sum of `x'`, plus what depends on the weights alone. The first row of each block is all ones and gives the sum of `x'`.
 *
 * @param groupRows - rows that take the same values; blocks don't cross groups
 * @param positions - how often each row is used
 */
function weightBlocks(
  context: PlainContext,
  name: string,
  weights: Weights,
  groupRows: number,
  positions: number,
  epilogue: Epilogue,
): WeightBlocks {
  const { depth, rows, zeroPointWeights } = weights
  const outputsPerBlock = divisorUpTo(groupRows, Math.floor(BLOCK_BYTES / depth))
  const count = rows.length / outputsPerBlock
  const layer = dotLayer(context, depth, 1 + outputsPerBlock, positions)
  const stride = parameterBytes(epilogue)
  const bytesOfBlock = layer.packedBytes + stride * outputsPerBlock

  let from = 0
  const ones = new Array<number>(depth).fill(1)
  for (let first = 0; first < rows.length; first += outputsPerBlock) {
    const ofBlock = rows.slice(first, first + outputsPerBlock)
    const packed = layer.pack([ones, ...ofBlock.map((row) => row.map((value) => value + 128))])
    const parameters = ofBlock.flatMap((row, index) =>
      parametersOf(epilogue, first + index, correction(weights, row, first + index)),
    )
    const at = context.data(Uint8Array.from([...packed, ...parameters]))
    if (first === 0) from = at
  }

  const memory = context.temporary(bytesOfBlock)
  const firstRow = layer.firstRow(memory)
  const elementBytes = outputBytes(epilogue)
  // Two outputs a turn, where there is an even number of them, make half as many turns.
  const turn = outputsPerBlock % 2 === 0 ? 2 : 1
  const oneOutput = (index: number): Lines => {
    const sum = `sub(${layer.dot(plus('w', index * layer.rowBytes))}, d)`
    const word = `let word := mload(${plus('p', index * stride)})`
    return [word, ...outputLines(epilogue, sum, plus('o', index * elementBytes))]
  }
  const outputs = Array.from({ length: turn }, (_, index) => block('', oneOutput(index))).flat()
  const advance = [`w := add(w, ${turn * layer.rowBytes})`, `p := add(p, ${turn * stride})`]
  context.helper(name, () =>
    block(`function ${name}(out)`, [
      // No data was returned yet: the sum is 0, which the optimizer doesn't know, so it makes no second copy of the function.
      `let d := ${times(layer.dot(`add(${firstRow}, returndatasize())`), 128 + zeroPointWeights)}`,
      `let w := ${firstRow + layer.rowBytes}`,
      // Parameters are read as the last bytes of a word.
      `let p := ${memory + layer.packedBytes + stride - 32}`,
      ...loop('o', 'out', turn * elementBytes, outputsPerBlock / turn, outputs, advance),
    ]),
  )
  const start = count === 1 ? String(from) : `add(${from}, mul(chunk, ${bytesOfBlock}))`
  return {
    count,
    load: [loadData(context, memory, start, bytesOfBlock), ...layer.ready(memory)],
    prepare: layer.prepare,
    outputs: (out) => `${name}(${out})`,
    outputsPerBlock,
  }
}

/** MATMUL of rows of `a` with constant weights. */
export function matmulStep(
  context: PlainContext,
  name: string,
  a: Placed,
  weights: Weights,
  epilogue: Epilogue,
): Lines {
  const { depth, rows } = weights
  const count = a.type.shape.reduce((product, size) => product * size, 1) / depth
  const blocks = weightBlocks(context, name, weights, rows.length, count, epilogue)
  const elementBytes = outputBytes(epilogue)
  const { address } = epilogue.output
  const outputOfBlock = `add(${address}, mul(chunk, ${elementBytes * blocks.outputsPerBlock}))`
  const output = blocks.count === 1 ? String(address) : outputOfBlock
  if (count === 1)
    return [
      blocks.prepare(String(a.address)),
      ...loop('chunk', '0', 1, blocks.count, [...blocks.load, blocks.outputs(output)]),
    ]
  return loop('chunk', '0', 1, blocks.count, [
    ...blocks.load,
    `let out := ${output}`,
    ...loop(
      'x',
      String(a.address),
      depth,
      count,
      [blocks.prepare('x'), blocks.outputs('out')],
      [`out := add(out, ${elementBytes * rows.length})`],
    ),
  ])
}

/** Attributes of a convolution, those of DEPTHWISE_CONV2D with one group. */
export type ConvolutionAttributes = Readonly<Record<string, number>>

/** The input with its padding: where it is, its shape, and the statements that make it. */
export function padded(context: PlainContext, attributes: ConvolutionAttributes, x: Placed) {
  const { padTop = 0, padLeft = 0, padBottom = 0, padRight = 0, zeroPoint = 0 } = attributes
  const [batch, height, width, channels] = x.type.shape as Shape & [number, number, number, number]
  const shape = [batch, height + padTop + padBottom, width + padLeft + padRight, channels] as const
  if (padTop + padLeft + padBottom + padRight === 0) return { address: x.address, shape, lines: [] as string[] }
  const bytes = shape[0] * shape[1] * shape[2] * shape[3]
  const address = context.temporary(bytes)
  const word = `0x${(128 + zeroPoint).toString(16).padStart(2, '0').repeat(32)}`
  const line = shape[2] * channels
  const row = [`mcopy(to, from, ${width * channels})`, `to := add(to, ${line})`]
  const copied = [
    ...loop('y', '0', 1, height, [...row, `from := add(from, ${width * channels})`]),
    ...(batch > 1 ? [`to := add(to, ${(padTop + padBottom) * line})`] : []),
  ]
  return {
    address,
    shape,
    lines: [
      ...block('', [
        `let word := ${word}`,
        ...loop('to', String(address), 32, Math.ceil(bytes / 32), ['mstore(to, word)']),
      ]),
      ...block('', [
        `let to := ${address + (padTop * shape[2] + padLeft) * channels}`,
        `let from := ${x.address}`,
        ...loop('image', '0', 1, batch, copied),
      ]),
    ],
  }
}

/** Statements of each position of a window over a padded input: `pixel` points to where the window begins. */
export function positions(
  attributes: ConvolutionAttributes,
  address: string,
  [batch, height, width, channels]: Shape,
  outputShape: Shape,
  body: Lines,
): string[] {
  const { strideH = 1, strideW = 1 } = attributes
  const line = (width as number) * (channels as number)
  const [, rows, columns] = outputShape as Shape & [number, number, number]
  const perPixel = loop('pixel', 'line', strideW * (channels as number), columns, body)
  const perLine = loop('line', 'image', strideH * line, rows, perPixel)
  return loop('image', address, (height as number) * line, batch as number, perLine)
}

/** CONV2D: gathers what each window reads, and multiplies it with the rows of weights. */
export function convolutionStep(
  context: PlainContext,
  name: string,
  x: Placed,
  weights: Weights,
  attributes: ConvolutionAttributes,
  taps: readonly [number, number],
  outputShape: Shape,
  epilogue: Epilogue,
): Lines {
  const { groups = 1, dilationH = 1, dilationW = 1 } = attributes
  const input = padded(context, attributes, x)
  const channels = input.shape[3]
  const line = input.shape[2] * channels
  const depth = channels / groups
  const [batch, rows, columns, outputs] = outputShape as Shape & [number, number, number, number]
  const blocks = weightBlocks(context, name, weights, outputs / groups, batch * rows * columns, epilogue)
  const blocksPerGroup = blocks.count / groups
  const elementBytes = outputBytes(epilogue)

  const isRun = groups === 1 && dilationW === 1
  const [run, runsPerLine] = isRun ? [taps[1] * channels, 1] : [depth, taps[1]]
  const group = groups === 1 ? 'pixel' : 'add(pixel, channel)'
  const gather: string[] = []
  let values = group
  if (taps[0] * runsPerLine > 1) {
    const patch = context.temporary(taps[0] * runsPerLine * run)
    values = String(patch)
    // Words that a short run overwrites belong to the runs after it.
    const copy = (to: string, from: string) =>
      run <= 32 ? `mstore(${to}, mload(${from}))` : `mcopy(${to}, ${from}, ${run})`
    if (taps[0] * runsPerLine <= 9)
      for (let tap = 0; tap < taps[0] * runsPerLine; tap++) {
        const offset = Math.floor(tap / runsPerLine) * dilationH * line + (tap % runsPerLine) * dilationW * channels
        gather.push(copy(String(patch + tap * run), plus(group, offset)))
      }
    else
      gather.push(
        `let to := ${patch}`,
        ...loop('tapLine', group, dilationH * line, taps[0], [
          ...loop('tap', 'tapLine', dilationW * channels, runsPerLine, [copy('to', 'tap'), `to := add(to, ${run})`]),
        ]),
      )
  }
  const body = [...gather, blocks.prepare(values), blocks.outputs('out'), `out := add(out, ${elementBytes * outputs})`]
  const first = `mul(chunk, ${elementBytes * blocks.outputsPerBlock})`
  const groupOfBlock = blocksPerGroup === 1 ? 'chunk' : `div(chunk, ${blocksPerGroup})`
  return [
    ...input.lines,
    ...loop('chunk', '0', 1, blocks.count, [
      ...blocks.load,
      ...(groups === 1 ? [] : [`let channel := ${times(groupOfBlock, depth)}`]),
      `let out := ${blocks.count === 1 ? epilogue.output.address : `add(${epilogue.output.address}, ${first})`}`,
      ...positions(attributes, String(input.address), input.shape, outputShape, body),
    ]),
  ]
}
