import { execFile, execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

// Other versions of Node, from the npm package "node", and the tiers of V8's WebAssembly compiler.

/** Releases of Node that are tried: the last of each line when the kernel was written. */
export const ENGINES = ['20.20.2', '22.23.3', '24.21.0'] as const

/** Ways in which V8 compiles WebAssembly, as options of Node. */
export const TIERS: Readonly<Record<string, readonly string[]>> = {
  default: [],
  'baseline only': ['--liftoff', '--no-wasm-tier-up'],
  'optimized only': ['--no-liftoff'],
  eager: ['--no-wasm-lazy-compilation'],
  'early tier-up': ['--wasm-tiering-budget=1'],
  'without AVX': ['--no-enable-avx', '--no-liftoff'],
  'without AVX, baseline only': ['--no-enable-avx', '--liftoff', '--no-wasm-tier-up'],
  'without AVX2': ['--no-enable-avx2'],
}

/** The executable of a release of Node, installed under `folder` when it isn't there. */
export function installEngine(folder: string, version: string): string {
  const home = join(folder, version)
  const executable = join(home, 'node_modules', 'node', 'bin', 'node')
  if (existsSync(executable)) return executable
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'engine', private: true }))
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', '--prefix', home]
  execFileSync('npm', ['install', ...options, `node@${version}`], { stdio: ['ignore', 'ignore', 'inherit'] })
  return executable
}

/**
 * Compiles a script of the repository and all that it imports to plain JavaScript, for engines that don't read TypeScript.
 *
 * @param folder - where to, emptied first; inside `root`, so that packages are found from there
 * @param script - path from `root`
 * @returns path of the compiled script
 */
export function compileScript(root: string, folder: string, script: string): string {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'kernel'), { recursive: true })
  const compilerOptions = { noEmit: false, outDir: folder, rootDir: root, types: ['node'] }
  const files = [join(root, script), join(root, 'kernel/webassembly.d.ts')]
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions, files, include: [] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  execFileSync('npx', ['tsc', '-p', join(folder, 'tsconfig.json')], { cwd: root, stdio: 'inherit' })
  copyFileSync(join(root, 'kernel/kernel.wasm'), join(folder, 'kernel/kernel.wasm'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  return join(folder, script.replace(/\.ts$/, '.js'))
}

const run = promisify(execFile)

/** What a script prints under an executable and its options; the error, in one line, where it fails. */
export async function printed(
  executable: string,
  options: readonly string[],
  script: readonly string[],
): Promise<string> {
  try {
    const { stdout } = await run(executable, [...options, ...script])
    return stdout.trim()
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    const lines = (stderr || message).trim().split('\n')
    return `failed: ${lines.find((line) => line.includes('Error')) ?? lines[0]}`
  }
}
