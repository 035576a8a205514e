import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const compiler = join(dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')), 'bin', 'asc.js')

/**
 * Compiles AssemblyScript to standard WebAssembly with 128-bit SIMD. The same source gives the same bytes on every
 * machine: compiler and optimizer are WebAssembly themselves, at pinned versions.
 *
 * @throws {Error} with the compiler's messages, when it refuses the source
 * @param root - folder of the repository, from which paths are given: they are part of the result
 */
export function kernelBinary(root: string, entry = 'kernel/assembly/index.ts'): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'tensor-evm-kernel-'))
  const output = join(folder, 'kernel.wasm')
  // AS112 warns that JavaScript can't pass vectors: of functions that only other functions of the module call.
  const options = [
    '--disableWarning',
    'AS112',
    '--runtime',
    'stub',
    '--importMemory',
    '--noExportMemory',
    '--enable',
    'simd',
  ]
  const optimization = ['--optimizeLevel', '3', '--shrinkLevel', '0', '--converge', '--noAssert']
  try {
    const { status, stderr } = spawnSync(
      process.execPath,
      [compiler, entry, '--outFile', output, ...options, ...optimization],
      { cwd: root, encoding: 'utf8' },
    )
    if (status !== 0) throw new Error(`${entry} was not compiled:\n${stderr}`)
    return readFileSync(output)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
