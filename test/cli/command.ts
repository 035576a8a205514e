import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { repository } from './bins.ts'

/** How a command ended. */
export type Ended = { readonly status: number | null; readonly stdout: string; readonly stderr: string }

/** Runs tensor-evm in a folder, beside what this process does. */
export function runCommand(cwd: string, args: readonly string[]): Promise<Ended> {
  const tsx = ['--import', import.meta.resolve('tsx')]
  const child = spawn(process.execPath, [...tsx, join(repository, 'cli/main.ts'), ...args], {
    ...{ cwd, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { ...process.env, NODE_OPTIONS: '', ETH_PRIVATE_KEY: undefined },
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk) => {
    printed.stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    printed.stderr += chunk
  })
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...printed })))
}
