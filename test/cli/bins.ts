import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { tensorOf } from '../../isa/index.ts'
import { createProgramBuilder, type Program } from '../../model/index.ts'

export const repository = join(import.meta.dirname, '../..')

type Ran = { readonly status: number | null; readonly stdout: string; readonly stderr: string }

/** Runs a program of cli/ in a shell, which gets `after` as it is behind the arguments. */
function runScript(script: string, args: readonly string[], after: string, options: { cwd?: string; input?: string }) {
  const command = [process.execPath, '--import', import.meta.resolve('tsx'), join(repository, script), ...args]
  const { status, stdout, stderr } = spawnSync('sh', ['-c', `"$@" ${after}`, 'sh', ...command], {
    ...options,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  return { status, stdout, stderr }
}

/** Runs tensor-evm in a folder. */
export function tensorEVM(cwd: string, args: readonly string[], after = ''): Ran {
  return runScript('cli/main.ts', args, after, { cwd })
}

export function tsolc(args: readonly string[], input = '', after = ''): Ran {
  return runScript('cli/tsolc.ts', args, after, { input })
}

/** A dense layer of two classes: scores 1*x0 + 2*x1 + 3*x2 and -4*x0 + 5*x1 - 6*x2. */
export function smallProgram(): Program {
  const builder = createProgramBuilder()
  const x = builder.input({ dtype: 'int8', shape: [1, 3] })
  const weights = builder.constant(tensorOf('int8', [2, 3], [1, 2, 3, -4, 5, -6]))
  const sums = builder.emit('MATMUL', { attributes: {}, a: x, b: weights })
  const scale = { dtype: 1, low: -128, high: 127 }
  builder.output(builder.emit('RESCALE', { attributes: scale, x: sums, multiplier: 2 ** 30, shift: 1 }))
  return builder.build()
}
