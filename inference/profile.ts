import { type Chain, tensorEVMOf } from '../evm-ext/index.ts'
import { contractionMacs, type Instruction } from '../isa/index.ts'

/** What the instructions of one mnemonic took, in all transactions together. */
export type InstructionProfile = {
  readonly mnemonic: string
  readonly count: number
  readonly gas: number
  /** Of the operations themselves: checks, prices and allocation are the EVM's. */
  readonly nanoseconds: number
  /** Multiply-accumulates of contractions. */
  readonly macs: number
}

/** Where the time of transactions went. */
export type Profile = {
  readonly transactions: number
  /** The slowest first. */
  readonly instructions: readonly InstructionProfile[]
  /** Compute instructions: what the kernel does. */
  readonly kernelNanoseconds: number
  /** Environment instructions: loads, stores and frees of tensors. */
  readonly environmentNanoseconds: number
  /** Transactions from their first check to the receipt, without signature, block and state root. */
  readonly transactionNanoseconds: number
}

type Sum = { count: number; gas: number; milliseconds: number; macs: number }

const NANOSECONDS = 1e6

/**
 * Watches the transactions of a chain from now on. A watched chain gives the same results a little more slowly.
 *
 * @throws {TypeError} when the chain's EVM is not a {@link TensorEVM}
 */
export function profileChain({ vm }: Chain): { read(): Profile; stop(): void } {
  const evm = tensorEVMOf(vm)
  const sums = new Map<Instruction, Sum>()
  let transactions = 0
  let transactionMilliseconds = 0
  let start = 0

  const begin = () => {
    start = performance.now()
  }
  const end = () => {
    transactionMilliseconds += performance.now() - start
    transactions++
  }
  vm.events.on('beforeTx', begin)
  vm.events.on('afterTx', end)
  evm.onInstruction = ({ instruction, typed, type, gas, milliseconds }) => {
    let sum = sums.get(instruction)
    if (sum === undefined) {
      sum = { count: 0, gas: 0, milliseconds: 0, macs: 0 }
      sums.set(instruction, sum)
    }
    sum.count++
    sum.gas += Number(gas)
    sum.milliseconds += milliseconds
    if (type !== undefined) sum.macs += contractionMacs(instruction.mnemonic, typed, type)
  }

  const nanosecondsOf = (family: Instruction['family']) =>
    [...sums].reduce((all, [instruction, sum]) => all + (instruction.family === family ? sum.milliseconds : 0), 0) *
    NANOSECONDS

  return {
    read: () => ({
      transactions,
      instructions: [...sums]
        .map(([{ mnemonic }, { count, gas, milliseconds, macs }]) => ({
          ...{ mnemonic, count, gas, macs },
          nanoseconds: milliseconds * NANOSECONDS,
        }))
        .sort((a, b) => b.nanoseconds - a.nanoseconds),
      kernelNanoseconds: nanosecondsOf('compute'),
      environmentNanoseconds: nanosecondsOf('environment'),
      transactionNanoseconds: transactionMilliseconds * NANOSECONDS,
    }),
    stop() {
      vm.events.off('beforeTx', begin)
      vm.events.off('afterTx', end)
      evm.onInstruction = undefined
    },
  }
}
