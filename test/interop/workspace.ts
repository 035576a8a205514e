import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { ENGINES, installEngine } from '../../scripts/engines.ts'
import type { Surroundings } from './command.ts'

const root = join(import.meta.dirname, '../..')
const NPM_OPTIONS = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']

/** Where programs are installed, and projects that use them and the packed package. */
export type Workspace = {
  readonly folder: string
  /** A new folder with the package installed, as `npm install tensor-evm` does it. */
  createProject(name: string): Project
  /** Deletes everything. */
  remove(): void
}

export type Project = {
  readonly folder: string
  /** Writes a file, with its folders. */
  write(path: string, text: string): void
  /** Text of a file. */
  read(path: string): string
  /** JSON of a file. */
  readJson<T>(path: string): T
  /** What programs of this project run in: all installed ones are found. */
  surroundings(options?: { readonly env?: Readonly<Record<string, string>>; readonly node22?: boolean }): Surroundings
}

/** Folders of forge's and cast's own programs. What npm puts in their place ends with exit code 0 whatever happens. */
function foundryFolders(folder: string): string[] {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  return ['forge', 'cast'].map((tool) => join(folder, `node_modules/@foundry-rs/${tool}-${platform}/bin`))
}

function pathOf(...folders: readonly string[]): string {
  return [...folders, process.env.PATH].join(delimiter)
}

/** Packs the repository. @returns path of the package */
function packRepository(folder: string): string {
  execFileSync('npm', ['run', 'build', '--silent'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8' })
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }]
  return join(folder, filename)
}

/**
 * Installs the programs in a temporary folder.
 *
 * @param tarball - the packed package; the repository is built and packed unless given
 */
export function createWorkspace(tarball?: string): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'tensor-evm-interop-'))
  try {
    return installWorkspace(folder, tarball)
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

function installWorkspace(folder: string, tarball: string | undefined): Workspace {
  const node22 = dirname(installEngine(join(root, 'node_modules/.cache/tensor-evm/engines'), ENGINES[1]))
  const packed = tarball === undefined ? packRepository(folder) : resolve(tarball)
  for (const file of ['package.json', 'package-lock.json'])
    copyFileSync(join(import.meta.dirname, file), join(folder, file))
  // Under the release of Node that Hardhat runs on, as npm leaves out parts of it under others.
  const install = (cwd: string, args: readonly string[]) =>
    execFileSync('npm', [...args, ...NPM_OPTIONS], {
      ...{ cwd, env: { ...process.env, PATH: pathOf(node22) } },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  install(folder, ['ci'])
  return {
    folder,
    createProject(name) {
      const project = join(folder, name)
      mkdirSync(project)
      writeFileSync(join(project, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }))
      install(project, ['install', packed])
      return {
        folder: project,
        write(path, text) {
          mkdirSync(dirname(join(project, path)), { recursive: true })
          writeFileSync(join(project, path), text)
        },
        read: (path) => readFileSync(join(project, path), 'utf8'),
        readJson: (path) => JSON.parse(readFileSync(join(project, path), 'utf8')),
        surroundings: ({ env = {}, node22: onNode22 = false } = {}) => ({
          cwd: project,
          env: {
            // Foundry and Hardhat keep there what they have seen of chains, which here begin anew.
            HOME: folder,
            FOUNDRY_DISABLE_NIGHTLY_WARNING: '1',
            NO_COLOR: '1',
            HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true',
            ...env,
            PATH: pathOf(
              ...(onNode22 ? [node22] : []),
              ...foundryFolders(folder),
              join(project, 'node_modules/.bin'),
              join(folder, 'node_modules/.bin'),
            ),
          },
        }),
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Text of a Solidity file of these tests, which imports the contracts under test from `sources`. */
export function solidityFile(name: string, sources = '.'): string {
  return readFileSync(join(import.meta.dirname, 'contracts', name), 'utf8').replaceAll('SOURCES', sources)
}
