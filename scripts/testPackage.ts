import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Packs the package, installs the tarball in an empty project and uses it as a user would: imports every subpath with
// types, imports and runs a model by the packed commands, and resolves the Solidity library.

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = mkdtempSync(join(tmpdir(), 'tensor-evm-package-'))

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Imports a model and runs two pictures, all paper and all ink, by the packed commands. */
function useModel(model: string): void {
  const imported = JSON.parse(run('npx', ['tensor-evm', 'import', model, '--out', 'imported', '--json'], folder))
  writeFileSync(join(folder, 'rows.bin'), new Uint8Array([...Array(36).fill(0x80), ...Array(36).fill(0x7f)]))
  const rows = ['--input', 'rows.bin', '--output', 'answers.bin', '--json']
  const report = JSON.parse(
    run('npx', ['tensor-evm', 'run', 'imported/Lines.tensor', ...rows, '--workers', '2'], folder),
  )
  // Neither picture has a stroke: both classes get one half.
  const answers = [...new Int8Array(readFileSync(join(folder, 'answers.bin')))]
  if (answers.join() !== '0,0,0,0') throw new Error(`lines.tflite: expected 0 for every class, found ${answers}`)
  console.log(`lines.tflite: ${imported.steps.length} steps, ${report.samples} rows, ${report.gasPerSample.median} gas`)
}

const consumer = `
import { instructions, tensorOf, type Tensor } from 'tensor-evm/isa'
import { createWasmKernel } from 'tensor-evm/kernel'
import { schedule } from 'tensor-evm/gas-model'
import { createMemoryStore, createProgramBuilder, interpret } from 'tensor-evm/model'
import { createChain } from 'tensor-evm/evm-ext'
import { compileSources, disassemble } from 'tensor-evm/compiler-ext'
import { createRunner } from 'tensor-evm/inference'

const builder = createProgramBuilder()
const x = builder.input({ dtype: 'int8', shape: [1, 3] })
const w = builder.constant(tensorOf('int8', [1, 3], [1, 2, 3]))
builder.output(builder.emit('MATMUL', { attributes: {}, a: x, b: w }))
const program = builder.build()
const [result] = interpret(program, [tensorOf('int8', [1, 3], [4, 5, 6])]) as [Tensor]
if (result.data[0] !== 32) throw new Error('wrong product ' + result.data[0])
const runner = await createRunner('instructions', program, () => createChain())
const { output, gas } = await runner.infer(Uint8Array.of(4, 5, 6))
if (output[0] !== 32 || gas === 0) throw new Error('wrong inference ' + output)

const source = \`// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;
import "tensor-evm/Tensor.sol";
contract Free { function room() external view returns (uint256) { return TensorInstructions.tspace(); } }\`
const contracts = compileSources({ 'Free.sol': source })
const bytecode = contracts['Free.sol']?.['Free']?.evm.bytecode.object
if (!bytecode) throw new Error('no bytecode')
if (disassemble(bytecode).length === 0) throw new Error('nothing disassembled')
const store = createMemoryStore()
const chain = await createChain({ store, kernel: createWasmKernel() })
const { contractAddress } = await chain.deploy(bytecode)
if (!contractAddress) throw new Error('not deployed')
console.log(instructions.length, 'instructions,', Object.keys(schedule).length, 'parameters,', contractAddress)
`

try {
  run('npm', ['run', 'build', '--silent'], root)
  run('npx', ['publint', '--strict'], root)
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], root))
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  writeFileSync(join(folder, 'consumer.ts'), consumer)
  const tools = ['typescript', '@types/node'].map((name) => `${name}@${devDependencies[name]}`)
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', `./${filename}`, ...tools], folder)
  const options = ['--module', 'nodenext', '--target', 'es2022', '--strict', '--types', 'node', '--skipLibCheck']
  run('npx', ['tsc', ...options, 'consumer.ts'], folder)
  console.log(run('node', ['consumer.js'], folder).trim())
  for (const command of ['tensor-evm', 'tsolc']) console.log(run('npx', [command, '--version'], folder).trim())
  useModel(join(root, 'examples/importTflite/lines.tflite'))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
