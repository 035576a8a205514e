/** A line on the terminal that tells how far a task is; silent where standard error is not a terminal. */
export type Progress = { step(): void; end(): void }

const REDRAW_MILLISECONDS = 100

/** Draws the line. */
export function createProgress(label: string, total: number): Progress {
  const terminal = process.stderr.isTTY === true
  let done = 0
  let drawn = 0
  const draw = () => {
    drawn = performance.now()
    process.stderr.write(`\r\u001b[K${label}  ${done}/${total}`)
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
