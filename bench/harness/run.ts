/** Runs a benchmark's main function. An error becomes one line and exit code 1. */
export async function runBench(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : error}`)
    process.exitCode = 1
  }
}
