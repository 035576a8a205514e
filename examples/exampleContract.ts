import { existsSync, readFileSync } from 'node:fs'
import { bytesToHex } from '@ethereumjs/util'
import { Interface } from 'ethers'
import { type CompiledContract, compileSources } from '../compiler-ext/index.ts'
import type { Chain, Hex, Receipt, TransactionRequest } from '../evm-ext/index.ts'

/** A Solidity contract on a chain, used by the names of its functions. */
export type ExampleContract = {
  readonly address: Hex
  /**
   * Calls a function; nothing of it stays.
   *
   * @returns what the function returns: the value of one, a list of several
   * @throws {Error} when it reverts, with the contract's error and its arguments
   */
  call(name: string, ...args: readonly unknown[]): Promise<unknown>
  /**
   * Sends a transaction.
   *
   * @returns the receipt; `failure` is the contract's error with its arguments, such as `Refused(251)`, and undefined after
   * success
   */
  send(
    request: Omit<TransactionRequest, 'to' | 'data'>,
    name: string,
    ...args: readonly unknown[]
  ): Promise<Receipt & { readonly failure: string | undefined }>
}

function describeRevert(abi: Interface, returnValue: Uint8Array): string {
  const data = bytesToHex(returnValue)
  const error = abi.parseError(data)
  return error === null ? data : `${error.name}(${error.args.join(', ')})`
}

/** Contracts compiled in this process, by their sources' addresses. */
const compiled = new Map<string, CompiledContract>()

/** Compiles a source, which may import others beside it or of this folder. */
function compileExample(url: URL): CompiledContract {
  const known = compiled.get(url.href)
  if (known !== undefined) return known
  const folder = new URL('./', import.meta.url).href
  const file = url.href.slice(folder.length)
  const name = url.pathname.slice(url.pathname.lastIndexOf('/') + 1).replace(/\.sol$/, '')
  const contracts = compileSources(
    { [file]: readFileSync(url, 'utf8') },
    {
      readImport(path) {
        const imported = new URL(path, folder)
        return existsSync(imported) ? { contents: readFileSync(imported, 'utf8') } : { error: 'File not found.' }
      },
    },
  )
  const contract = contracts[file]?.[name]
  if (contract === undefined) throw new Error(`${file}: no contract ${name}`)
  compiled.set(url.href, contract)
  return contract
}

/**
 * Compiles the contract that a source declares under the file's own name, and deploys it.
 *
 * @param url - of a source in this folder or below
 * @param args - of the constructor
 * @param value - wei that it has at the start
 * @throws {CompileError} when the source does not compile
 */
export async function deployExample(
  chain: Chain,
  url: URL,
  args: readonly unknown[] = [],
  value = 0n,
): Promise<ExampleContract> {
  const contract = compileExample(url)
  const abi = new Interface(JSON.stringify(contract.abi))
  const { contractAddress: address } = await chain.deploy(
    `0x${contract.evm.bytecode.object}${abi.encodeDeploy(args).slice(2)}`,
    { value },
  )
  return {
    address,
    async call(called, ...values) {
      const { status, error, returnValue } = await chain.call({
        to: address,
        data: abi.encodeFunctionData(called, values),
      })
      if (status === 0) throw new Error(`${called}: ${error} ${describeRevert(abi, returnValue)}`)
      const result = abi.decodeFunctionResult(called, returnValue)
      return result.length === 1 ? result[0] : result.toArray()
    },
    async send(request, called, ...values) {
      const data = abi.encodeFunctionData(called, values)
      const receipt = await chain.sendTransaction({ ...request, to: address, data })
      return { ...receipt, failure: receipt.status === 1 ? undefined : describeRevert(abi, receipt.returnValue) }
    },
  }
}

/** The bytes of a list of int8 numbers. */
export function int8Bytes(values: ArrayLike<number>): Uint8Array {
  return new Uint8Array(Int8Array.from(values).buffer)
}
