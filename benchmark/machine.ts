import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../compiler-ext/index.ts'
import type { BenchResults } from './results.ts'

function git(...words: string[]): string {
  return execFileSync('git', words, {
    ...{ cwd: packageRoot, encoding: 'utf8' },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
}

/** Revision of this package's sources; undefined where they are no working tree of their own. */
function commit(): string | undefined {
  try {
    // An installed package may lie within the working tree of another project.
    if (realpathSync(git('rev-parse', '--show-toplevel')) !== realpathSync(packageRoot)) return undefined
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+')
  } catch {
    return undefined
  }
}

/** What this machine is. */
export function benchMachine(): BenchResults['machine'] {
  const revision = commit()
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.version,
    platform: `${process.platform} ${arch()} ${release()}`,
    ...(revision === undefined ? {} : { commit: revision }),
  }
}

const ownDependencies = ['@ethereumjs/evm', '@ethereumjs/vm', 'benchmark', 'solc']
const peerPackages = ['@tensorflow/tfjs-tflite', 'onnxruntime-node', '@foundry-rs/anvil']

type Manifest = { readonly version: string; readonly [key: string]: unknown }
const manifestAt = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Manifest

/** Versions of this package, of what it depends on, and of the packages of others in reach of a directory. */
export function benchVersions(peers: string): Record<string, string> {
  const own = manifestAt(join(packageRoot, 'package.json'))
  const declared = { ...(own.devDependencies as object), ...(own.dependencies as object) } as Record<string, string>
  const versions: Record<string, string> = { 'tensor-evm': own.version, v8: process.versions.v8 }
  for (const name of ownDependencies) if (declared[name] !== undefined) versions[name] = declared[name]
  const require = createRequire(join(peers, 'package.json'))
  for (const name of peerPackages) {
    try {
      versions[name] = manifestAt(require.resolve(`${name}/package.json`)).version
    } catch {
      // It is not installed.
    }
  }
  return versions
}
