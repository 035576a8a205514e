import { byteLength, contractionMacs, formatType, type TensorType, type Work } from '../../isa/index.ts'
import type { InstructionCharge } from '../charge.ts'
import type { Hex } from '../input.ts'
import { tensorParameters } from '../parameters.ts'
import type { TensorEVM } from '../tensorEVM.ts'
import { PROVING_STEP, type TensorGas } from './report.ts'
import type { OpenInstruction } from './scope.ts'

/** Steps of a dispute; see {@link PROVING_STEP}. */
function provingSteps(work: Work): number {
  const units = Object.values(work).reduce((sum, count) => sum + count, 0)
  return Math.max(1, Math.ceil(units / PROVING_STEP))
}

/** Counts of multiply-accumulates, as they are padded to tiles. */
function tileMacsOf(work: Work): number {
  return Object.entries(work).reduce((sum, [name, count]) => sum + (name.endsWith('Macs') ? count : 0), 0)
}

/** Where an instruction was paid for. */
export type Place = {
  readonly sequence: number
  readonly pc: number
  readonly depth: number
  readonly codeAddress: Hex
  readonly peakBytes: number
}

/** What a report says of an instruction when it was paid for and nothing else has happened. */
export function openInstruction(evm: TensorEVM, charge: InstructionCharge, place: Place): OpenInstruction {
  const { instruction, typed, type, operandTypes, gas, price, account, slot, coldChunks, warmChunks } = charge
  const { mnemonic } = instruction
  // Only an environment instruction can be without a result, and then its work does not look at it.
  const work = instruction.work(typed, type as TensorType)
  const tileMacs = tileMacsOf(work)
  const macs = type === undefined ? 0 : contractionMacs(mnemonic, typed, type)
  return {
    ...place,
    mnemonic,
    operands: operandTypes.map(formatType),
    result: type && formatType(type),
    gas,
    base: price.base,
    compute: price.compute,
    memory: { zeroing: price.zeroing, pages: price.pages, growth: price.memoryGrowth },
    access: {
      account: price.account,
      registry: price.registry,
      coldChunks: price.coldChunks,
      warmChunks: price.warmChunks,
    },
    temperature: {
      ...(account && { account: evm.journal.isWarmedAddress(account.bytes) ? 'warm' : 'cold' }),
      ...(slot && { registry: slotTemperature(evm, slot), coldChunks, warmChunks }),
    },
    macs,
    tileMacs,
    utilisation: tileMacs === 0 ? undefined : macs / tileMacs,
    outputBytes: type === undefined ? 0 : byteLength(type),
    liveBytes: evm.arena.liveBytes,
    provingSteps: provingSteps(work),
    nanoseconds: 0,
    isHalted: true,
  }
}

/** Whether the registry's slot was read before in the transaction. */
function slotTemperature(evm: TensorEVM, slot: Uint8Array): 'cold' | 'warm' {
  return evm.journal.isWarmedStorage(tensorParameters(evm.common).tensorRegistryAddress.bytes, slot) ? 'warm' : 'cold'
}

/** Dimensions of a type in the words of {@link formatType}, joined by x. */
function dimensionsOf(type: string): string {
  return type.slice(type.indexOf('[') + 1, -1).replaceAll(',', 'x')
}

/** A name with sizes, such as `MATMUL[1x10x128]` for [1,128] x [10,128]: of the result, else of the operand. */
export function instructionLabel({
  mnemonic,
  operands,
  result,
}: Pick<TensorGas, 'mnemonic' | 'operands' | 'result'>): string {
  const type = result ?? operands[0]
  if (type === undefined) return mnemonic
  const depth =
    mnemonic === 'MATMUL'
      ? `x${dimensionsOf(operands[0] as string)
          .split('x')
          .at(-1)}`
      : ''
  return `${mnemonic}[${dimensionsOf(type)}${depth}]`
}
