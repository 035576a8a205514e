import type { Tensor } from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import type { FloatGraph, FloatTensor, Layer } from '../../../model/quantizer/floatGraph.ts'
import { CLASS_COUNT, DIGIT_SIZE } from '../digits.ts'

/** Convolutions with relu before the dense layer: output channels, and height and width of kernel and stride. */
export const convolutions = [
  { name: 'conv1', filters: 8, kernel: 5, stride: 2 },
  { name: 'conv2', filters: 16, kernel: 3, stride: 2 },
  { name: 'conv3', filters: 32, kernel: 3, stride: 2 },
] as const

/** The untrained network, from digits [n, 28, 28, 1] to logits [n, 10]. */
export function createNetwork(seed: number): layers.Sequential {
  const kernelInitializer = (index: number) => layers.initializers.heNormal({ seed: seed + index })
  const network = layers.sequential()
  convolutions.forEach(({ name, filters, kernel, stride }, index) => {
    network.add(
      layers.layers.conv2d({
        name,
        filters,
        kernelSize: kernel,
        strides: stride,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: kernelInitializer(index),
        ...(index === 0 ? { inputShape: [DIGIT_SIZE, DIGIT_SIZE, 1] } : {}),
      }),
    )
  })
  network.add(layers.layers.flatten({ name: 'flatten' }))
  network.add(
    layers.layers.dense({
      name: 'dense',
      units: CLASS_COUNT,
      kernelInitializer: kernelInitializer(convolutions.length),
    }),
  )
  return network
}

/** A weight as [O, ..]: TensorFlow keeps output channels last. */
function outputsFirst(weight: Tensor, shape: readonly number[]): FloatTensor {
  const outputs = weight.shape.at(-1) as number
  const data = weight.dataSync() as Float32Array
  const perOutput = data.length / outputs
  return {
    shape: [outputs, ...shape],
    data: data.map((_, index) => data[(index % perOutput) * outputs + Math.floor(index / perOutput)] as number),
  }
}

/** The trained network in the quantizer's terms. */
export function exportGraph(network: layers.Sequential): FloatGraph {
  const parameters = (name: string) => network.getLayer(name).getWeights() as [Tensor, Tensor]
  const convolved = convolutions.map(({ name, stride }): Layer => {
    const [kernel, bias] = parameters(name)
    return {
      name,
      op: 'conv2d',
      weights: outputsFirst(kernel, kernel.shape.slice(0, -1)),
      bias: bias.dataSync() as Float32Array,
      stride: [stride, stride],
      padding: 'same',
      activation: 'relu',
    }
  })
  const [kernel, bias] = parameters('dense')
  return {
    inputShape: [1, DIGIT_SIZE, DIGIT_SIZE, 1],
    layers: [
      ...convolved,
      { name: 'flatten', op: 'flatten' },
      {
        name: 'dense',
        op: 'dense',
        weights: outputsFirst(kernel, kernel.shape.slice(0, -1)),
        bias: bias.dataSync() as Float32Array,
        activation: 'none',
      },
    ],
  }
}
