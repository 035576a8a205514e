import * as tf from '@tensorflow/tfjs-core'

type Conv2DAttributes = { readonly strides: number | [number, number]; readonly pad: 'same' | 'valid' }

/** Padding around one axis of an image so that `outputs` windows of `taps` fit exactly, or less where it is too long. */
function margins(size: number, outputs: number, taps: number, stride: number): [number, number] {
  const missing = Math.max(0, (outputs - 1) * stride + taps - size)
  return [Math.floor(missing / 2), Math.ceil(missing / 2)]
}

/**
 * Gradient of a convolution's weights: `dW[ky,kx,i,o] = sum over b,y,x of X[b, y*stride+ky, x*stride+kx, i] * dY[b,y,x,o]`.
 *
 * That is itself a convolution, in which batch and channels change places and the stride becomes a dilation.
 */
function weightGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  [tapsH, tapsW]: readonly [number, number],
  [strideH, strideW]: readonly [number, number],
): tf.Tensor4D {
  const [, height, width, inputs] = x.shape
  const [, rows, columns] = dy.shape
  const padded = tf.pad4d(x, [
    [0, 0],
    margins(height, rows, tapsH, strideH),
    margins(width, columns, tapsW, strideW),
    [0, 0],
  ])
  const images = tf.transpose(padded, [3, 1, 2, 0])
  const kernel = tf.transpose(dy, [1, 2, 0, 3])
  const gradient = tf.conv2d(images, kernel, 1, 'valid', 'NHWC', [strideH, strideW])
  const exact = tf.slice(gradient, 0, [inputs, tapsH, tapsW, dy.shape[3]])
  return tf.transpose(exact, [1, 2, 0, 3])
}

/** Gives conv2d a gradient that the WebAssembly backend can compute: it has no kernel for the built-in one. */
export function registerConvolutionGradient(): void {
  tf.unregisterGradient('Conv2D')
  tf.registerGradient({
    kernelName: 'Conv2D',
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, attributes) => {
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D]
      const { strides, pad } = attributes as unknown as Conv2DAttributes
      const both: [number, number] = typeof strides === 'number' ? [strides, strides] : strides
      const [tapsH, tapsW] = filter.shape
      return {
        x: () => tf.conv2dTranspose(dy as tf.Tensor4D, filter, x.shape, strides, pad),
        filter: () => weightGradient(x, dy as tf.Tensor4D, [tapsH, tapsW], both),
      }
    },
  })
}
