import { writeTflite } from '../test/model/tflite/writer.ts'

const f32 = Math.fround
const VALID = 1
const RELU = 1

const pixels = { scale: f32(1 / 255), zeroPoint: -128 }
const strengths = { scale: f32(3.6 / 255), zeroPoint: -128 }
const logits = { scale: f32(0.05), zeroPoint: 0 }

/**
 * A small int8 TFLite file for the example of an import: tells upright from level strokes in a picture of 6x6 pixels. A
 * convolution has one filter for each direction, the strongest answer of each decides. The weights are chosen by hand.
 */
export function lineModel(): Uint8Array {
  const upright = [-60, 120, -60, -60, 120, -60, -60, 120, -60]
  const level = [-60, -60, -60, 120, 120, 120, -60, -60, -60]
  return writeTflite({
    tensors: {
      picture: { shape: [1, 6, 6, 1], ...pixels },
      filters: { shape: [2, 3, 3, 1], data: [...upright, ...level], scale: [0.01, 0.01], zeroPoint: [0, 0] },
      filterBias: { type: 'INT32', shape: [2], data: [0, 0], scale: [0.01 / 255, 0.01 / 255], zeroPoint: [0, 0] },
      answers: { shape: [1, 4, 4, 2], ...strengths },
      strongest: { shape: [1, 1, 1, 2], ...strengths },
      newShape: { type: 'INT32', shape: [2], data: [1, 2] },
      flat: { shape: [1, 2], ...strengths },
      weights: { shape: [2, 2], data: [127, -127, -127, 127], scale: f32(1 / 127), zeroPoint: 0 },
      scores: { shape: [1, 2], ...logits },
      classes: { shape: [1, 2], scale: 1 / 256, zeroPoint: -128 },
    },
    operators: [
      {
        name: 'CONV_2D',
        inputs: ['picture', 'filters', 'filterBias'],
        outputs: ['answers'],
        options: { padding: VALID, strideW: 1, strideH: 1, dilationW: 1, dilationH: 1, activation: RELU },
      },
      {
        name: 'MAX_POOL_2D',
        inputs: ['answers'],
        outputs: ['strongest'],
        options: { padding: VALID, strideW: 4, strideH: 4, windowW: 4, windowH: 4 },
      },
      { name: 'RESHAPE', inputs: ['strongest', 'newShape'], outputs: ['flat'] },
      { name: 'FULLY_CONNECTED', inputs: ['flat', 'weights', ''], outputs: ['scores'] },
      { name: 'SOFTMAX', inputs: ['scores'], outputs: ['classes'], options: { beta: 1 } },
    ],
    inputs: ['picture'],
    outputs: ['classes'],
  })
}
