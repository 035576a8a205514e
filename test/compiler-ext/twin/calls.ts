import type { ReferenceStep } from '../../../model/referenceMachine.ts'
import { randomProgram } from '../../evm-ext/randomProgram.ts'
import { type Layer, randomLayers, VISION_SHAPES } from './layers.ts'
import type { Random } from './random.ts'
import { MODEL_ROOT, model, TABLES } from './surroundings.ts'

/** A call of a contract under test. */
export type Call = { readonly contract: string; readonly name: string; readonly values: readonly unknown[] }

/** Most elements of a tensor that a random program loads: more only take long. */
const MAX_ELEMENTS = 600
const DATA_BYTES = 300

const hexAddress = (account: bigint) => `0x${account.toString(16).padStart(40, '0')}`

/** The contracts under test in the order in which they are deployed, and the arguments of their constructors. */
export const deployments: readonly (readonly [name: string, values: readonly unknown[]])[] = [
  ['Machine', []],
  ['ScoreGate', ['0x01f8107f80047b0a0bf0ff33', hexAddress(TABLES)]],
  ['Vision', [hexAddress(TABLES), MODEL_ROOT]],
  ['Sequence', [MODEL_ROOT, hexAddress(TABLES)]],
  ['Workshop', []],
]

/** A program for the machine, as the argument of `run`. */
export function machineCall(steps: readonly ReferenceStep[], data: string): Call {
  const values = steps.flatMap(({ instruction, words }) =>
    instruction === undefined ? [] : [[instruction.opcode, Array.from({ length: 4 }, (_, i) => words[i] ?? 0n)]],
  )
  return { contract: 'Machine', name: 'run', values: [values, data] }
}

const isLarge = ({ instruction, words }: ReferenceStep) => {
  const at = instruction?.inputs.findIndex(({ kind }) => kind === 'type') ?? -1
  let elements = 1n
  for (let word = (words[at] ?? 0n) >> 16n; word > 0n; word >>= 32n) elements *= word & 0xffffffffn
  return elements > MAX_ELEMENTS
}

function program(random: Random): Call {
  const world = { models: [{ root: BigInt(MODEL_ROOT), types: model.constants }], calldataBytes: DATA_BYTES }
  const [length, hostile] = [random.between(1, 14), random.chance(0.3)]
  const draw = () => randomProgram(random.below(2 ** 31), length, hostile, world)
  let steps = draw()
  while (steps.some(isLarge) && !(hostile && random.chance(0.1))) steps = draw()
  return machineCall(steps, random.bytes(DATA_BYTES))
}

const int32Bytes = (random: Random, length: number): string => {
  const magnitude = random.pick([10, 1000, 2 ** 31])
  const values = Array.from({ length }, () => random.below(2 * magnitude) - magnitude)
  return `0x${Buffer.from(Int32Array.from(values).buffer).toString('hex')}`
}

const words = (length: number, value: () => number) => Array.from({ length }, value)

const who = '0x00000000000000000000000000000000005e4de5'

function gateCall(random: Random): Call {
  const call = (name: string, ...values: unknown[]): Call => ({ contract: 'ScoreGate', name, values })
  const features = random.bytes(random.chance(0.9) ? 4 : random.below(7))
  const zeroPoint = random.chance(0.95) ? random.between(-128, 127) : random.pick([128, -32769, 40000])
  const minimum = random.between(-40000, 20000)
  return random.pick([
    () => call('score', features, zeroPoint, minimum),
    () => call('tryScore', features, zeroPoint, minimum, random.chance(0.9) ? 5 * 10 ** 8 : 2000),
    () => call('misuse', random.below(22), random.chance(0.6)),
    () => call('train', random.bytes(random.chance(0.95) ? 12 : 11), random.below(256)),
    () => {
      const dimensions = random.between(1, 3)
      const points = int32Bytes(random, random.between(1, 5) * dimensions)
      return call('nearest', points, int32Bytes(random, dimensions), random.chance(0.95) ? dimensions : 0)
    },
    () => call('profiles', who),
    () => random.pick([call('asked'), call('root'), call('balances', who)]),
  ])()
}

function visionCall(random: Random): Call {
  const hostile = random.chance(0.15)
  const shape = random.pick(VISION_SHAPES)
  const length = shape.reduce((product, dimension) => product * dimension, 1)
  const layers: readonly Layer[] = randomLayers(random, shape, random.below(4), hostile)
  const image = random.bytes(hostile ? random.below(2 * length) : length)
  return { contract: 'Vision', name: 'classify', values: [image, shape, layers, random.below(hostile ? 5 : 3)] }
}

function sequenceCall(random: Random): Call {
  if (random.chance(0.25)) return { contract: 'Sequence', name: 'reset', values: [] }
  const tokens = words(random.between(0, 3), () => random.below(random.chance(0.1) ? 300 : 8))
  return { contract: 'Sequence', name: 'feed', values: [tokens, random.chance(0.5)] }
}

function workshopCall(random: Random): Call {
  const call = (name: string, ...values: unknown[]): Call => ({ contract: 'Workshop', name, values })
  const held = random.below(random.chance(0.1) ? 50 : 9)
  const index = random.below(4)
  const bytesEach = random.pick([1, 64, 65, 400, 9000, 2 ** 24])
  return random.pick([
    () => call('make', random.bytes(random.chance(0.85) ? 2 * random.between(1, 9) : random.below(6)), held),
    () => call('ask', index, held, random.chance(0.5) ? 100 : bytesEach, random.below(6), random.chance(0.5)),
    () => call('look', index, held, random.bytes(random.below(30))),
    () => call('dive', random.between(1, 4), held),
  ])()
}

/** Any call of any contract under test: well-formed ones for the most part, and a share that reverts or halts. */
export function randomCall(random: Random): Call {
  return random.pick([program, program, gateCall, gateCall, visionCall, visionCall, sequenceCall, workshopCall])(random)
}
