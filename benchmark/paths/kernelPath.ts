import { createWasmKernel } from '../../kernel/index.ts'
import { bindProgram } from '../boundProgram.ts'
import type { Path } from './path.ts'

/** The steps on the kernel with all operands in place: no EVM, no chain, no gas. */
export const kernelPath: Path = {
  async prepare({ program }) {
    const { run } = bindProgram(program, createWasmKernel())
    return { infer: (sample) => ({ output: run(sample) }), close: () => undefined }
  },
}
