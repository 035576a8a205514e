import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Host } from '../../cli/tsolc/host.ts'
import { runTsolc } from '../../cli/tsolc/run.ts'

type Outcome = { readonly status: number; readonly stdout: string; readonly stderr: string }

type Folder = {
  readonly path: string
  write(files: Readonly<Record<string, string>>): void
  /** Runs tsolc here, without a cache, in this process. */
  run(words: readonly string[], host?: Partial<Host> & { readonly input?: string }): Promise<Outcome>
}

/** A folder with files, for the time of a test. */
export function createFolder(files: Readonly<Record<string, string>> = {}): Folder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'tsolc-')))
  onTestFinished(() => rmSync(path, { recursive: true }))
  const write: Folder['write'] = (texts) => {
    for (const [name, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(path, name)), { recursive: true })
      writeFileSync(join(path, name), text)
    }
  }
  write(files)
  return {
    path,
    write,
    async run(words, { input = '', ...host } = {}) {
      let stdout = ''
      let stderr = ''
      const status = await runTsolc(words, {
        cwd: path,
        env: { TSOLC_CACHE: '' },
        isInteractive: false,
        showsColors: false,
        readInput: async () => input,
        writeOutput(text) {
          stdout += text
        },
        writeError(text) {
          stderr += text
        },
        ...host,
      })
      return { status, stdout, stderr }
    },
  }
}
