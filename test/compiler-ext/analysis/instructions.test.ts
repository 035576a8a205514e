import { describe, expect, it } from 'vitest'
import { IMPORT, PREAMBLE } from '../setup.ts'
import { analyse, readPlaces } from './setup.ts'

/** A call that halts whenever it is made, as Solidity; what the error says; and its hint. */
type Mistake = readonly [call: string, message: string, hint: string]

// Tensors that each function has before the call: int8 [2,64], int8 [3,63], int32 [2,3], int8 [1,8,8,2], int16 [5].
const tensors = `
    uint256 at = msg.value;
    Tensor a = load(1, 2, 64);
    Tensor b = load(1, 3, 63);
    Tensor c = load(3, 2, 3);
    Tensor d = I.tcalldataload(I.tensorType(1, 1, 8, 8, 2), at);
    Tensor e = I.tcalldataload(I.tensorType(2, 5), at);
    Tensor none = Tensor.wrap(0);
`

const handles =
  'handles count the tensors that a call has made, from 1 on; 0 is "none" and good only for an optional operand'
const typeWord =
  'a type word is the dtype code, rank << 8 and the dimensions << 16, 48, 80, ..; tensorType(dtype, d0, ..) makes one'

const mistakes: readonly Mistake[] = [
  [
    'I.matmul(0, a, b, none)',
    'MATMUL halts with ShapeMismatch: inner dimensions 64 and 63 differ',
    'a is int8[2,64], b is int8[3,63], there is no bias',
  ],
  [
    'I.matmul(200, a, a, none)',
    'MATMUL halts with BadAttribute: zeroPointA is 200, not in -128..127',
    'a is int8[2,64], b is int8[2,64], there is no bias',
  ],
  [
    'I.matmul(0, a, a, e)',
    'MATMUL halts with TypeMismatch: bias is int16[5], not int32',
    'a is int8[2,64], b is int8[2,64], bias is int16[5]',
  ],
  [
    'I.matmul(1 << 32, a, a, none)',
    'MATMUL halts with BadAttribute: unused bits are set',
    'bits of the attribute word of MATMUL, from the lowest: zeroPointA: 16, zeroPointB: 16; matmulAttributes packs them',
  ],
  [
    'I.conv2d(0, d, I.tcalldataload(I.tensorType(1, 4, 9, 9, 2), at), none)',
    'CONV2D halts with ShapeMismatch: a window of 9 is larger than the padded input of 8',
    'x is int8[1,8,8,2], weights is int8[4,9,9,2], there is no bias',
  ],
  [
    'I.conv2d(0, d, I.tcalldataload(I.tensorType(1, 4, 3, 3, 2), at), I.tcalldataload(I.tensorType(3, 5), at))',
    'CONV2D halts with ShapeMismatch: bias is int32[5], not of shape [4]',
    'x is int8[1,8,8,2], weights is int8[4,3,3,2], bias is int32[5]',
  ],
  [
    'I.depthwiseConv2d(0, d, I.tcalldataload(I.tensorType(1, 3, 3, 5), at), none)',
    'DEPTHWISE_CONV2D halts with ShapeMismatch: 5 output channels are not a multiple of the 2 input channels',
    'x is int8[1,8,8,2], weights is int8[3,3,5], there is no bias',
  ],
  [
    'I.maxPool2d(I.maxPool2dAttributes(0, 0, 0, 0, 9, 1, 1, 1), d)',
    'MAX_POOL2D halts with ShapeMismatch: a window of 9 is larger than the padded input of 8',
    'x is int8[1,8,8,2]',
  ],
  [
    'I.rescale(I.rescaleAttributes(4, 0, 0, 0, 0, 0, 0, 0), c, 1, 0)',
    'RESCALE halts with BadAttribute: unknown dtype code 4',
    'x is int32[2,3], multiplier is 1, shift is 0',
  ],
  [
    'I.rescale(I.rescaleAttributes(1, 0, 0, 0, 0, 0, -128, 127), c, 1, 31)',
    'RESCALE halts with BadAttribute: shift 31 is not in -31..30',
    'x is int32[2,3], multiplier is 1, shift is 31',
  ],
  [
    'I.rescale(I.rescaleAttributes(1, 1, 0, 0, 0, 0, -128, 127), c, Tensor.unwrap(c), Tensor.unwrap(e))',
    'RESCALE halts with ShapeMismatch: multiplier is int32[2,3], not of shape [3]',
    'x is int32[2,3], multiplier is int32[2,3], shift is int16[5]',
  ],
  [
    'I.clamp(I.clampAttributes(0, 128), a)',
    'CLAMP halts with BadAttribute: high is 128, not in 0..127',
    'x is int8[2,64]',
  ],
  [
    'I.table(a, e)',
    'TABLE halts with ShapeMismatch: table is int16[5], not of shape [256]',
    'x is int8[2,64], table is int16[5]',
  ],
  ['I.tadd(c, a)', 'TADD halts with TypeMismatch: b is int8[2,64], not int32', 'a is int32[2,3], b is int8[2,64]'],
  [
    'I.tmul(0, c, load(3, 3, 2))',
    'TMUL halts with ShapeMismatch: [2,3] and [3,2] do not broadcast',
    'a is int32[2,3], b is int32[3,2]',
  ],
  ['I.rsqrt(e)', 'RSQRT halts with TypeMismatch: x is int16[5], not int32', 'x is int16[5]'],
  ['I.reduceSum(4, c)', 'REDUCE_SUM halts with BadAttribute: axes names an axis beyond rank 2', 'x is int32[2,3]'],
  ['I.argmax(2, c)', 'ARGMAX halts with BadAttribute: axis is 2, not in 0..1', 'x is int32[2,3]'],
  [
    'I.reshape(I.tensorType(3, 7), c)',
    'RESHAPE halts with ShapeMismatch: int32[2,3] and int32[7] differ in their number of elements',
    'type is int32[7], x is int32[2,3]',
  ],
  [
    'I.slice(0, I.axisWord(2, 4), 0, c)',
    'SLICE halts with ShapeMismatch: index 3 is past dimension 3 of axis 1',
    'x is int32[2,3]',
  ],
  [
    'I.pad(I.padAttributes(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0), c)',
    'PAD halts with BadAttribute: axis 2 is beyond the rank',
    'x is int32[2,3]',
  ],
  [
    'I.concat(0, a, b)',
    'CONCAT halts with ShapeMismatch: b is int8[3,63], not of shape [3,64]',
    'a is int8[2,64], b is int8[3,63]',
  ],
  ['I.tcalldataload(0, at)', 'TCALLDATALOAD halts with BadTypeWord: unknown dtype code 0', typeWord],
  ['I.tmload(0x0701, 0)', 'TMLOAD halts with BadTypeWord: rank 7 is not in 1..6', typeWord],
  ['I.tcodeload(0x0101, at, 1)', 'TCODELOAD halts with BadTypeWord: dimension 0 is not in 1..16777215', typeWord],
  ['I.tadd(c, none)', 'TADD halts with BadHandle: this frame has made no tensor 0', handles],
  ['Tensor.wrap(6).ttype()', 'TTYPE halts with BadHandle: this frame has made no tensor 6', handles],
  ['I.tmstore(none, 0)', 'TMSTORE halts with BadHandle: this frame has made no tensor 0', handles],
  ['I.tfree(4, 3)', 'TFREE halts with BadHandle: this frame has made 5 tensors, not 6', handles],
  ['I.tfree(0, 1)', 'TFREE halts with BadHandle: handle 0 names no tensor', handles],
]

describe('an instruction that halts whenever it is reached', () => {
  const functions = mistakes.map(([call], i) => `  function f${i}() external payable {${tensors}    ⟦${call}⟧;\n  }`)
  const { text, places } = readPlaces(
    `${PREAMBLE}${IMPORT}contract C {
  function load(uint256 dtype, uint256 rows, uint256 columns) private pure returns (Tensor) {
    return TensorInstructions.tcalldataload(TensorInstructions.tensorType(dtype, rows, columns), 4);
  }
${functions.join('\n')}
}`.replaceAll(/\bI\./g, 'TensorInstructions.'),
  )
  const found = analyse({ 'A.sol': text })

  it.each(mistakes.map(([call, message, hint], i) => ({ call, message, hint, i })))('$call', ({ message, hint, i }) => {
    const place = places[i]
    const error = found.contracts.find(({ sourceLocation }) => sourceLocation?.start === place?.start)
    expect(error).toMatchObject({
      component: 'general',
      severity: 'error',
      type: 'TensorError',
      message: `ML012: ${message}`,
      sourceLocation: { file: 'A.sol', ...place },
    })
    expect(error?.formattedMessage).toMatch(/^TensorError: ML012: .*\n +--> A\.sol:\d+:5:\n/)
    expect(error?.formattedMessage).toContain(`^\nHint: ${hint}\n\n`)
    expect(error).not.toHaveProperty('secondarySourceLocations')
  })

  it('is all that is found', () => {
    expect(found.contracts.length).toBe(mistakes.length)
    expect(found.tensorTypes).toEqual([])
  })
})
