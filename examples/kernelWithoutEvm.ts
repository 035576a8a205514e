// The kernel needs no EVM: a dense layer as two instructions, and one of its outputs evaluated alone.
import { type ComputeInstruction, evaluateElement, instructionByMnemonic, tensorOf } from '../isa/index.ts'
import { createTensorMemory, createWasmKernel, kernelBody } from '../kernel/index.ts'
import { runExample } from './runExample.ts'

export function main(print: (line: string) => void = console.log): void {
  const kernel = createWasmKernel()
  const memory = createTensorMemory(kernel, 4096)
  const matmul = instructionByMnemonic.get('MATMUL') as ComputeInstruction
  const rescale = instructionByMnemonic.get('RESCALE') as ComputeInstruction

  // x is quantized with zero point -3: real = scale * (q + 3).
  const product = {
    attributes: { zeroPointA: -3, zeroPointB: 0 },
    a: memory.copy(tensorOf('int8', [1, 4], [10, -20, 30, -40])),
    b: memory.copy(tensorOf('int8', [2, 4], [1, 2, 3, 4, -5, 6, -7, 8])),
    bias: memory.copy(tensorOf('int32', [2], [100, -100])),
  }
  const accumulators = memory.allocate(matmul.infer(product))
  kernelBody(kernel, matmul)(product, accumulators)
  print(`accumulators  ${accumulators.data.join(' ')}`)

  // Times 0.75 * 2^-1, rounded as TFLite Micro rounds, clamped to int8.
  const scaling = {
    attributes: {
      dtype: 1,
      perChannel: 0,
      rounding: 0,
      inputShift: 0,
      inputZeroPoint: 0,
      outputZeroPoint: 5,
      low: -128,
      high: 127,
    },
    x: accumulators,
    multiplier: BigInt(0.75 * 2 ** 31),
    shift: BigInt.asUintN(256, -1n),
  }
  const outputs = memory.allocate(rescale.infer(scaling))
  kernelBody(kernel, rescale)(scaling, outputs)
  print(`outputs       ${outputs.data.join(' ')}`)
  print(`output 1 only ${evaluateElement(rescale, scaling, outputs, 1)}`)
}

await runExample(import.meta.url, main)
