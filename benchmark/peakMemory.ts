import { readFileSync, writeFileSync } from 'node:fs'

/** Watches how much memory a process takes. */
export type PeakMemory = {
  /** Looks once more, where the system keeps no record itself. */
  look(): void
  /** Most resident bytes since the watch began beyond those that there were then; undefined where they can't be known. */
  read(): number | undefined
}

const KIBIBYTE = 1024

/** A field of `/proc/PID/status` in bytes. @throws {Error} where there is none */
function statusBytes(pid: number, field: string): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  if (found === null) throw new Error(`/proc/${pid}/status: expected ${field}`)
  return Number(found[1]) * KIBIBYTE
}

/**
 * Starts a watch. Linux keeps the greatest resident set itself and can be told to start anew (`clear_refs`); elsewhere it is
 * the greatest of what {@link PeakMemory.look} saw, of this process alone.
 */
export function watchPeakMemory(pid = process.pid): PeakMemory {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
    const before = statusBytes(pid, 'VmRSS')
    return { look: () => undefined, read: () => Math.max(0, statusBytes(pid, 'VmHWM') - before) }
  } catch {
    if (pid !== process.pid) return { look: () => undefined, read: () => undefined }
    const before = process.memoryUsage.rss()
    let most = before
    const look = () => {
      most = Math.max(most, process.memoryUsage.rss())
    }
    return {
      look,
      read() {
        look()
        return most - before
      },
    }
  }
}
