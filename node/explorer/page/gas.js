/** @import { FrameGas, GasReport, OpcodeGas, Scope, TensorGas } from '../../../evm-ext/report/report.ts' */

/** @param {Readonly<Record<string, number>>} parts */
const total = (parts) => Object.values(parts).reduce((sum, part) => sum + part, 0)

/**
 * The parts of a price of tensor instructions, in the order in which they are drawn.
 *
 * @type {readonly ('base' | 'compute' | 'memory' | 'access')[]}
 */
export const priceParts = ['base', 'compute', 'memory', 'access']

/**
 * Tensor instructions of one mnemonic. All but the counts is gas.
 *
 * @typedef {object} MnemonicGas
 * @property {string} mnemonic
 * @property {number} count
 * @property {number} gas
 * @property {number} base
 * @property {number} compute
 * @property {number} memory
 * @property {number} access
 * @property {number} macs
 * @property {number} tileMacs
 * @property {number} nanoseconds
 */

/** @param {string} mnemonic @returns {MnemonicGas} */
function noGas(mnemonic) {
  return { mnemonic, count: 0, gas: 0, base: 0, compute: 0, memory: 0, access: 0, macs: 0, tileMacs: 0, nanoseconds: 0 }
}

/** @param {MnemonicGas} sum @param {TensorGas} one @returns {MnemonicGas} */
function plus(sum, { gas, base, compute, memory, access, macs, tileMacs, nanoseconds }) {
  return {
    mnemonic: sum.mnemonic,
    count: sum.count + 1,
    gas: sum.gas + gas,
    base: sum.base + base,
    compute: sum.compute + compute,
    memory: sum.memory + total(memory),
    access: sum.access + total(access),
    macs: sum.macs + macs,
    tileMacs: sum.tileMacs + tileMacs,
    nanoseconds: sum.nanoseconds + nanoseconds,
  }
}

/**
 * A frame's or function's own calls, those in its functions included.
 *
 * @param {Scope} scope
 * @returns {FrameGas[]}
 */
export function callsOf({ functions, calls }) {
  return [...functions.flatMap(callsOf), ...calls]
}

/** A frame's own tensor instructions, in order. @param {Scope} scope @returns {TensorGas[]} */
export function instructionsOf({ instructions, functions }) {
  return [...instructions, ...functions.flatMap(instructionsOf)].sort((a, b) => a.sequence - b.sequence)
}

/** @param {Scope} scope @returns {OpcodeGas[]} */
function opcodesOf({ opcodes, functions }) {
  return [...opcodes, ...functions.flatMap(opcodesOf)]
}

/** A frame and all frames inside it. @param {FrameGas} frame @returns {FrameGas[]} */
function framesOf(frame) {
  return [frame, ...callsOf(frame).flatMap(framesOf)]
}

/**
 * Tensor instructions of a report by mnemonic, the dearest first. What the inference precompile pays for finding its model
 * is a row too, so that all rows together are the report's tensor gas.
 *
 * @param {GasReport} report
 */
export function gasByMnemonic({ frame }) {
  /** @type {Map<string, MnemonicGas>} */
  const sums = new Map()
  const frames = framesOf(frame)
  for (const instruction of frames.flatMap(instructionsOf)) {
    const { mnemonic } = instruction
    sums.set(mnemonic, plus(sums.get(mnemonic) ?? noGas(mnemonic), instruction))
  }
  const lookups = frames.map(({ lookup }) => lookup).filter((lookup) => lookup !== 0)
  const lookup = lookups.reduce((sum, gas) => sum + gas, 0)
  if (lookup !== 0) sums.set('', { ...noGas('model lookup'), count: lookups.length, gas: lookup, access: lookup })
  return [...sums.values()].sort((a, b) => b.gas - a.gas)
}

/** All of them together. @param {readonly MnemonicGas[]} rows */
export function together(rows) {
  const sum = noGas('together')
  for (const row of rows)
    for (const name of /** @type {const} */ (['count', 'gas', ...priceParts, 'macs', 'tileMacs', 'nanoseconds']))
      sum[name] += row[name]
  return sum
}

/**
 * Ordinary opcodes of a report by mnemonic, the dearest first.
 *
 * @param {GasReport} report
 * @returns {{ mnemonic: string, count: number, gas: number }[]}
 */
export function gasByOpcode({ frame }) {
  /** @type {Map<string, { mnemonic: string, count: number, gas: number }>} */
  const sums = new Map()
  for (const { mnemonic, count, gas } of framesOf(frame).flatMap(opcodesOf)) {
    const before = sums.get(mnemonic) ?? { mnemonic, count: 0, gas: 0 }
    sums.set(mnemonic, { mnemonic, count: before.count + count, gas: before.gas + gas })
  }
  return [...sums.values()].sort((a, b) => b.gas - a.gas)
}

/** @type {readonly (readonly [part: keyof GasReport['summary'], name: string, kind: string])[]} */
const summaryParts = [
  ['intrinsic', 'intrinsic', 'intrinsic'],
  ['opcodes', 'ordinary opcodes', 'opcodes'],
  ['tensorBase', 'tensor base', 'base'],
  ['tensorCompute', 'tensor compute', 'compute'],
  ['tensorMemory', 'tensor memory', 'memory'],
  ['tensorAccess', 'tensor access', 'access'],
  ['precompiles', 'precompiles', 'precompiles'],
  ['codeDeposit', 'code deposit', 'deposit'],
  ['burnt', 'burnt by a halt', 'burnt'],
  ['stipends', 'stipends', 'given'],
  ['refund', 'refund', 'given'],
  ['floor', 'calldata floor', 'floor'],
]

/** What the gas was paid for, without what is zero: together it is the gas used. @param {GasReport} report */
export function gasByPurpose({ summary }) {
  return summaryParts.map(([part, name, kind]) => ({ name, kind, gas: summary[part] })).filter(({ gas }) => gas !== 0)
}
