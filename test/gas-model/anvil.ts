import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { BATCH_GAS, type CallContract } from './agreement.ts'

const ADDRESS = `0x${'5a'.repeat(20)}`
const TRIES = 100
const PAUSE_MS = 100

/** Path of anvil in the folders of PATH; undefined where it is not installed. */
export function findAnvil(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'anvil'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** The contract on a node of anvil's, which {@link close} stops. */
export type AnvilCall = { readonly call: CallContract; close(): void }

async function ask(url: string, method: string, params: readonly unknown[]): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { result, error } = (await response.json()) as { result?: string; error?: { message: string } }
  if (error !== undefined) throw new Error(`anvil: ${method}: ${error.message}`)
  return result as string
}

/** Where the node listens, once it says so. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stdout?.on('data', (chunk) => {
      printed += chunk
      const address = /Listening on (\S+)/.exec(printed)?.[1]
      if (address !== undefined) resolve(`http://${address}`)
    })
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`anvil ended with code ${code}: ${printed}`)))
  })
}

/** Puts the contract on a new node. @param path - of anvil's program */
export async function callOnAnvil(path: string, code: Uint8Array): Promise<AnvilCall> {
  const gas = `0x${BATCH_GAS.toString(16)}`
  const child = spawn(path, ['--port', '0', '--gas-limit', `${BATCH_GAS}`, '--no-request-size-limit'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await listening(child)
    for (let attempt = 0; ; attempt++) {
      try {
        await ask(url, 'anvil_setCode', [ADDRESS, `0x${Buffer.from(code).toString('hex')}`])
        break
      } catch (error) {
        if (attempt === TRIES) throw error
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      }
    }
    return {
      call: async (calldata) =>
        (await ask(url, 'eth_call', [{ to: ADDRESS, data: `0x${calldata}`, gas }, 'latest'])).slice(2),
      close: () => child.kill(),
    }
  } catch (error) {
    child.kill()
    throw error
  }
}
