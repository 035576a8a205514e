import { spawn } from 'node:child_process'

/** How a program ended. */
export type Ended = { readonly exitCode: number; readonly stdout: string; readonly stderr: string }

export type Surroundings = { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> }

/**
 * Runs a line of shell without blocking this process, which serves the node that programs ask.
 *
 * @throws {Error} when there is no shell
 */
export function runShell(line: string, { cwd, env }: Surroundings): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', line], {
      ...{ cwd, env: { ...process.env, ...env } },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (chunk) => stdout.push(chunk))
    child.stderr.on('data', (chunk) => stderr.push(chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8')
      resolve({ exitCode: code ?? 1, stdout: text(stdout), stderr: text(stderr) || String(signal ?? '') })
    })
  })
}

/** Text that a program printed. @throws {Error} with what it printed when it failed */
export function printedBy(what: string, { exitCode, stdout, stderr }: Ended): string {
  if (exitCode !== 0) throw new Error(`${what}: exit code ${exitCode}\n${stdout}${stderr}`)
  return stdout
}
