import type { Profile } from '../inference/index.ts'

/** A profile as `--json` prints it: nanoseconds and gas of all transactions together, rates and shares. */
export function profileReport(profile: Profile) {
  const { transactions, instructions, kernelNanoseconds, environmentNanoseconds, transactionNanoseconds } = profile
  return {
    transactions,
    transactionNs: Math.round(transactionNanoseconds),
    kernelNs: Math.round(kernelNanoseconds),
    tensorLoadsAndStoresNs: Math.round(environmentNanoseconds),
    shareOutsideKernel: Number((1 - kernelNanoseconds / transactionNanoseconds).toFixed(3)),
    instructions: instructions.map(({ mnemonic, count, gas, nanoseconds, macs }) => ({
      mnemonic,
      count,
      gas,
      ns: Math.round(nanoseconds),
      ...(macs === 0 ? {} : { gmacPerSecond: Number((macs / nanoseconds).toFixed(2)) }),
    })),
  }
}

const microseconds = (nanoseconds: number) => (nanoseconds / 1000).toFixed(1)

/** Prints a profile, per transaction. */
export function printProfile(profile: Profile): void {
  const { transactions, instructions, kernelNanoseconds, environmentNanoseconds, transactionNanoseconds } = profile
  const row = (cells: readonly string[]) =>
    console.log(cells.map((cell, column) => (column === 0 ? cell.padEnd(24) : cell.padStart(11))).join(''))
  const share = (nanoseconds: number) => `${((100 * nanoseconds) / transactionNanoseconds).toFixed(1)} %`
  console.log(`${transactions} transactions watched, after a second of others`)
  row(['per transaction', 'count', 'gas', 'us', 'share', 'GMAC/s'])
  for (const { mnemonic, count, gas, nanoseconds, macs } of instructions)
    row([
      mnemonic,
      String(Math.round(count / transactions)),
      Math.round(gas / transactions).toLocaleString('en'),
      microseconds(nanoseconds / transactions),
      share(nanoseconds),
      macs === 0 ? '' : (macs / nanoseconds).toFixed(2),
    ])
  const outside = transactionNanoseconds - kernelNanoseconds
  const total = (name: string, nanoseconds: number) =>
    row([name, '', '', microseconds(nanoseconds / transactions), share(nanoseconds)])
  total('the kernel', kernelNanoseconds)
  total('outside the kernel', outside)
  total('  tensor loads, stores', environmentNanoseconds)
  total('  the EVM', outside - environmentNanoseconds)
  total('the transaction', transactionNanoseconds)
}
