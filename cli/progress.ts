/** A line on the terminal that tells how far a task is; silent where standard error is not a terminal. */
export type Progress = { step(): void; end(): void }

const REDRAW_MILLISECONDS = 100
/** Before so much time has passed, what is left is not known. */
const ESTIMATE_MILLISECONDS = 3000

/** Time left, in words; empty while nothing is known. */
function timeLeft(elapsed: number, done: number, total: number): string {
  if (elapsed < ESTIMATE_MILLISECONDS || done === 0) return ''
  const seconds = Math.ceil((elapsed * (total - done)) / done / 1000)
  return seconds < 90 ? `  ${seconds} s left` : `  ${Math.round(seconds / 60)} min left`
}

/** Draws the line. */
export function createProgress(label: string, total: number): Progress {
  const terminal = process.stderr.isTTY === true
  const started = performance.now()
  let done = 0
  let drawn = 0
  const draw = () => {
    drawn = performance.now()
    process.stderr.write(`\r\u001b[K${label}  ${done}/${total}${timeLeft(drawn - started, done, total)}`)
  }
  if (terminal) draw()
  return {
    step() {
      done++
      if (terminal && performance.now() - drawn > REDRAW_MILLISECONDS) draw()
    },
    end() {
      if (terminal) process.stderr.write('\r\u001b[K')
    },
  }
}
