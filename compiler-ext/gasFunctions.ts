/** A parameter of a pricing function. */
export type PricedOperand = {
  readonly parameter: string
  /** Operand of the instruction that it stands for. */
  readonly operand: string
  /** Description, where the operand's own does not fit. */
  readonly doc?: string
}

/** How `TensorGas.sol` prices an instruction: expressions of Solidity over `prices`, `state` and the parameters. */
export type GasFunction = {
  readonly operands: readonly PricedOperand[]
  /** Type of the result, where that is a tensor; named `output` in the other expressions. */
  readonly output?: string
  /** Gas of the work, times 2^16. */
  readonly work: string
  /** Gas of memory growth and accesses. */
  readonly charge?: string
}

/** Operands under their own names, but for those that Solidity or the library has as names. */
function operandsOf(...names: readonly string[]): readonly PricedOperand[] {
  const renamed: Readonly<Record<string, string>> = { type: 'typeWord', table: 'tableType' }
  return names.map((operand) => ({ parameter: renamed[operand] ?? operand, operand }))
}

const pair: GasFunction = {
  operands: operandsOf('a', 'b'),
  output: 'TensorGasTypes.broadcast(a, b)',
  work: 'TensorGasWork.elementwise(prices, a, b, output)',
}

function load(charge?: string, ...operands: readonly string[]): GasFunction {
  return {
    operands: operandsOf('type', ...operands),
    output: 'typeWord',
    work: 'TensorGasWork.copied(prices, output)',
    ...(charge && { charge }),
  }
}

function pool(isAverage: boolean): GasFunction {
  return {
    operands: operandsOf('attributes', 'x'),
    output: 'TensorGasTypes.pooled(attributes, x)',
    work: `TensorGasPools.pooled(prices, attributes, x, output, ${isAverage})`,
  }
}

/** A reduction to this dtype. */
function reduction(dtype: string): GasFunction {
  return {
    operands: operandsOf('attributes', 'x'),
    output: `TensorGasTypes.reduced(${dtype}, attributes, attributes & 0x40 != 0, x)`,
    work: 'TensorGasWork.reduced(prices, attributes, x, 1)',
  }
}

/** How each instruction is priced, by mnemonic. */
export const gasFunctions: Readonly<Record<string, GasFunction>> = {
  TMLOAD: load('_growth(prices, state, offset, typeWord.bytesOf())', 'offset'),
  TCALLDATALOAD: load(),
  TCODELOAD: load('_account(prices, state)'),
  TMODELLOAD: {
    operands: [
      { parameter: 'typeWord', operand: 'model', doc: 'type of the whole tensor' },
      { parameter: 'firstByte', operand: 'index', doc: 'bytes of the canonical forms of the tensors before it' },
      ...operandsOf('firstRow', 'rowCount'),
    ],
    output: 'typeWord.withDim(0, rowCount)',
    work: 'TensorGasWork.copied(prices, output)',
    charge: '_model(prices, state, typeWord, firstByte, firstRow, rowCount)',
  },
  TMSTORE: {
    operands: operandsOf('tensor', 'offset'),
    work: 'TensorGasWork.stored(prices, tensor)',
    charge: '_growth(prices, state, offset, tensor.bytesOf())',
  },
  TTYPE: { operands: [], work: '0' },
  TFREE: { operands: operandsOf('count'), work: 'TensorGasWork.freed(prices, count)' },
  TSPACE: { operands: [], work: '0' },
  TROOT: { operands: operandsOf('tensor'), work: 'TensorGasWork.hashed(prices, tensor)' },
  MATMUL: {
    operands: operandsOf('a', 'b'),
    output: 'TensorGasTypes.product(a, b)',
    work: 'TensorGasContraction.product(prices, a, b, output)',
  },
  CONV2D: {
    operands: operandsOf('attributes', 'x', 'weights'),
    output: 'TensorGasTypes.convolution(attributes, x, weights)',
    work: 'TensorGasContraction.convolution(prices, attributes, x, weights, output)',
  },
  DEPTHWISE_CONV2D: {
    operands: operandsOf('attributes', 'x', 'weights'),
    output: 'TensorGasTypes.depthwise(attributes, x, weights)',
    work: 'TensorGasContraction.depthwise(prices, attributes, x, weights, output)',
  },
  TRANSPOSE_CONV2D: {
    operands: operandsOf('attributes', 'x', 'weights'),
    output: 'TensorGasTypes.transposedConvolution(attributes, x, weights)',
    work: 'TensorGasContraction.transposedConvolution(prices, attributes, x, weights, output)',
  },
  RESCALE: {
    operands: [
      ...operandsOf('attributes', 'x'),
      { parameter: 'shift', operand: 'shift', doc: 'the shift where it is a word, else anything' },
    ],
    output: 'TensorGasTypes.rescaled(attributes, x)',
    work: 'TensorGasWork.rescaled(prices, attributes, output, shift)',
  },
  CLAMP: { operands: operandsOf('x'), output: 'x', work: 'TensorGasWork.limited(prices, x)' },
  TABLE: {
    operands: operandsOf('x', 'table'),
    output: 'TensorGasTypes.lookedUp(x, tableType)',
    work: 'TensorGasWork.lookedUp(prices, output)',
  },
  SOFTMAX: {
    operands: operandsOf('attributes', 'x'),
    output: 'TensorGasTypes.softmax(attributes, x)',
    work: 'TensorGasWork.softmax(prices, x)',
  },
  TADD: pair,
  TSUB: pair,
  TMUL: {
    operands: operandsOf('attributes', 'a', 'b'),
    output: 'TensorGasTypes.broadcast(a, b)',
    work: 'TensorGasWork.multiplied(prices, attributes, a, b, output)',
  },
  MAXIMUM: pair,
  MINIMUM: pair,
  ARITHMETIC_RIGHT_SHIFT: { ...pair, work: 'TensorGasWork.shifted(prices, a, b, output)' },
  RSQRT: { operands: operandsOf('x'), output: 'x', work: 'TensorGasWork.rooted(prices, output)' },
  REDUCE_SUM: reduction('TensorInstructions.INT32'),
  REDUCE_MAX: reduction('x & 0xff'),
  REDUCE_MIN: reduction('x & 0xff'),
  ARGMAX: {
    operands: operandsOf('attributes', 'x'),
    output: 'TensorGasTypes.reduced(TensorInstructions.INT32, 1 << attributes, false, x)',
    work: 'TensorGasWork.searched(prices, attributes, x)',
  },
  AVG_POOL2D: pool(true),
  MAX_POOL2D: pool(false),
  RESHAPE: load(),
  TRANSPOSE: {
    operands: operandsOf('attributes', 'x'),
    output: 'TensorGasTypes.transposed(attributes, x)',
    work: 'TensorGasMoves.transposed(prices, attributes, x, output)',
  },
  SLICE: {
    operands: operandsOf('size', 'stride', 'x'),
    output: 'TensorGasTypes.sliced(size, x)',
    work: 'TensorGasMoves.sliced(prices, stride, x, output)',
  },
  PAD: {
    operands: operandsOf('attributes', 'x'),
    output: 'TensorGasTypes.padded(attributes, x)',
    work: 'TensorGasMoves.padded(prices, x, output)',
  },
  CONCAT: {
    operands: operandsOf('attributes', 'a', 'b'),
    output: 'TensorGasTypes.joined(attributes, a, b)',
    work: 'TensorGasMoves.joined(prices, attributes, a, b)',
  },
  GATHER: {
    operands: operandsOf('table', 'indices'),
    output: 'TensorGasTypes.gathered(tableType, indices)',
    work: 'TensorGasMoves.gathered(prices, tableType, indices)',
  },
  TILE: {
    operands: operandsOf('multiples', 'x'),
    output: 'TensorGasTypes.tiled(multiples, x)',
    work: 'TensorGasMoves.tiled(prices, multiples, x, output)',
  },
}
