// Runs in a thread of `solcThreads.ts`. Plain JavaScript, since a thread that had to load a TypeScript loader first would
// be ready when the work is done.
const { parentPort, workerData } = require('node:worker_threads')

const { wrapperPath, path, results } = workerData
const [NEXT, DONE] = [0, 1]
let solc

/** The output for one input, as text; undefined where the compiler failed, for the main thread to see how. */
function compile(input) {
  try {
    solc ??= require(wrapperPath)(require(path))
    return solc.compile(input)
  } catch {
    return undefined
  }
}

parentPort.on('message', ({ batch, inputs, counters }) => {
  for (;;) {
    const index = Atomics.add(counters, NEXT, 1)
    if (index >= inputs.length) return
    // The result is on its way before it counts as done.
    results.postMessage({ batch, index, text: compile(inputs[index]) })
    Atomics.add(counters, DONE, 1)
    Atomics.notify(counters, DONE)
  }
})
