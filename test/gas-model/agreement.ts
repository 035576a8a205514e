import { hexToBytes } from '@ethereumjs/util'
import { instructionGas } from '../../gas-model/index.ts'
import { type AnyTypedOperands, encodeType } from '../../isa/index.ts'
import { plainEVM } from '../compiler-ext/setup.ts'
import { createRandom } from '../kernel/random.ts'
import { createExecutorPricing } from './executorPrice.ts'
import { decodePrices, encodePriceCases, type SolidityPrice } from './priceContract.ts'
import { formatCase, type PriceCase, randomParameters, randomPriceCase } from './randomPriceCase.ts'

/** Gas of one call of the contract: what a batch needs and far more. */
export const BATCH_GAS = 1_000_000_000n

/** Seeds that follow one another and share their parameters, so that one call prices their cases. */
const BATCH = 370

/** Calls the contract with calldata in hex, without 0x; gives what it returned, likewise. */
export type CallContract = (calldata: string) => Promise<string>

/** The contract on an EVM of this process that has no tensor instructions. */
export async function callInProcess(code: Uint8Array): Promise<CallContract> {
  const evm = await plainEVM()
  return async (calldata) => {
    const data = hexToBytes(`0x${calldata}`)
    const { exceptionError, returnValue } = await evm.runCode({ code, data, gasLimit: BATCH_GAS })
    if (exceptionError !== undefined) throw new Error(`the contract failed: ${exceptionError.error}`)
    return Buffer.from(returnValue).toString('hex')
  }
}

export type AgreementOptions = {
  /** Of the first case; the others have the seeds after it. */
  readonly seed: number
  readonly cases: number
  readonly call: CallContract
  readonly onProgress?: (done: number) => void
}

/** What was compared. */
export type Agreement = {
  /** Cases of each instruction, and how many of them no gas pays for. */
  readonly tallies: ReadonlyMap<string, { cases: number; unpayable: number }>
  /** Cases that were priced or typed differently, in words; no more than a few. */
  readonly differences: readonly string[]
}

const MAX_DIFFERENCES = 5

/** Prices random cases by TypeScript, by the EVM and by the Solidity library, and compares, types of results too. */
export async function compareRandomPrices(options: AgreementOptions): Promise<Agreement> {
  const { seed, cases, call, onProgress } = options
  const executed = await createExecutorPricing()
  const tallies = new Map<string, { cases: number; unpayable: number }>()
  const differences: string[] = []

  const compare = (priceCase: PriceCase, solidity: SolidityPrice | undefined, caseSeed: number): void => {
    const { mnemonic } = priceCase.instruction
    const charged = executed(priceCase)
    const computed = instructionGas(mnemonic, priceCase.operands, priceCase.context).total
    const tally = tallies.get(mnemonic) ?? { cases: 0, unpayable: 0 }
    tallies.set(mnemonic, tally)
    tally.cases++
    if (charged === Infinity) tally.unpayable++
    const output = priceCase.instruction.infer(priceCase.operands as unknown as AnyTypedOperands)
    const type = output === undefined ? 0n : encodeType(output)
    if (charged === computed && charged === solidity?.gas && type === solidity.type) return
    const prices = `EVM ${charged}, TypeScript ${computed}, Solidity ${solidity?.gas}`
    if (type !== solidity?.type)
      differences.push(`seed ${caseSeed}: type 0x${type.toString(16)} in Solidity is 0x${solidity?.type.toString(16)}`)
    differences.push(`seed ${caseSeed}: ${prices}: ${formatCase(priceCase)}`)
  }

  const end = seed + cases
  let next = seed
  while (next < end && differences.length < MAX_DIFFERENCES) {
    const batch = Math.floor(next / BATCH)
    const first = next
    next = Math.min(BATCH * (batch + 1), end)
    const parameters = randomParameters(createRandom(batch))
    const made = Array.from({ length: next - first }, (_, index) => randomPriceCase(first + index, parameters))
    const prices = decodePrices(await call(encodePriceCases(made)))
    made.forEach((priceCase, index) => {
      compare(priceCase, prices[index], first + index)
    })
    onProgress?.(next - seed)
  }
  return { tallies, differences: differences.slice(0, MAX_DIFFERENCES) }
}
