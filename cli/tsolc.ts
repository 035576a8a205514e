#!/usr/bin/env node
import { runBin } from './bin.ts'
import { runTsolc } from './tsolc/run.ts'

async function readInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

await runBin('tsolc', async () => {
  process.exitCode = await runTsolc(process.argv.slice(2), {
    cwd: process.cwd(),
    env: process.env,
    isInteractive: process.stdin.isTTY === true,
    showsColors: process.stderr.isTTY === true,
    readInput,
    writeOutput: (text) => process.stdout.write(text),
    writeError: (text) => process.stderr.write(text),
  })
})
