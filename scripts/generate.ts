import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gasLibraryFile } from '../compiler-ext/gasLibrary.ts'
import { gasPricesFile } from '../compiler-ext/gasPrices.ts'
import { instructionLibrary } from '../compiler-ext/library.ts'
import { schedule } from '../gas-model/index.ts'
import { instructions } from '../isa/index.ts'
import { kernelBinary } from './kernelBinary.ts'
import { lineModel } from './lineModel.ts'
import { registryFile } from './registry.ts'
import { scheduleSource } from './scheduleSource.ts'
import { solcVersionFile } from './solcVersion.ts'
import { instructionBlock, instructionTable } from './specBlocks.ts'
import { vectorGasFiles } from './vectorGas.ts'

// Writes every derived file of the repository; with --check only compares, and fails when one is out of date.

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Replaces the text between `<!-- generated:name -->` and `<!-- /generated:name -->`. */
function replaceBlock(document: string, name: string, content: string): string {
  const open = `<!-- generated:${name} -->`
  const close = `<!-- /generated:${name} -->`
  const start = document.indexOf(open)
  const end = document.indexOf(close)
  if (start < 0 || end < start) throw new Error(`SPEC.md: markers of the block "${name}" are missing`)
  return `${document.slice(0, start + open.length)}\n${content.trim()}\n${document.slice(end)}`
}

function parameterTable(): string {
  const rows = Object.entries(schedule).map(([name, value]) => `| \`${name}\` | ${value} |`)
  return ['| parameter | value |', '| --- | ---: |', ...rows].join('\n')
}

function specification(): string {
  let document = readFileSync(join(root, 'SPEC.md'), 'utf8')
  document = replaceBlock(document, 'parameters', parameterTable())
  document = replaceBlock(document, 'table', instructionTable())
  return replaceBlock(document, 'instructions', instructions.map(instructionBlock).join('\n\n'))
}

function derivedFiles(): Map<string, string | Uint8Array> {
  return new Map<string, string | Uint8Array>([
    ['compiler-ext/contracts/TensorGas.sol', gasLibraryFile()],
    ['compiler-ext/contracts/TensorGasPrices.sol', gasPricesFile()],
    ['compiler-ext/contracts/TensorInstructions.sol', instructionLibrary()],
    ['compiler-ext/solcVersion.generated.ts', solcVersionFile()],
    ['evm-ext/registry.generated.ts', registryFile()],
    ['examples/importTflite/lines.tflite', lineModel()],
    ['gas-model/schedule.generated.ts', scheduleSource(root)],
    ['kernel/kernel.wasm', kernelBinary(root)],
    ...vectorGasFiles(),
    ['SPEC.md', specification()],
  ])
}

/** Whether the file at `path` has exactly this content. */
function isCurrent(path: string, content: string | Uint8Array): boolean {
  return existsSync(path) && readFileSync(path).equals(Buffer.from(content))
}

const check = process.argv.includes('--check')
const stale = [...derivedFiles()].filter(([path, content]) => !isCurrent(join(root, path), content))
if (check) {
  for (const [path] of stale) console.error(`${path}: out of date; run "npm run generate"`)
  if (stale.length > 0) process.exitCode = 1
} else {
  for (const [path, content] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
    console.log(`wrote ${path}`)
  }
}
