import { UsageError } from './errors.ts'

/**
 * Runs a task that an interrupt from the terminal stops between its steps.
 *
 * @param hint - what to tell then
 * @throws {UsageError} with the hint, when it was stopped
 */
export async function interruptible<T>(hint: string, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    return await task(controller.signal)
  } catch (error) {
    if (controller.signal.aborted) throw new UsageError(`stopped: ${hint}`)
    throw error
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}
