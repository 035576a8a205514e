import { pathToFileURL } from 'node:url'

/**
 * Runs an example where its file is what Node was started with, and not where a test imports it. An error becomes one
 * line and exit code 1.
 *
 * @param url - the example's `import.meta.url`
 */
export async function runExample(url: string, main: () => unknown): Promise<void> {
  if (url !== pathToFileURL(process.argv[1] ?? '').href) return
  try {
    await main()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
