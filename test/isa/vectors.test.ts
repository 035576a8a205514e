import { describe, expect, it } from 'vitest'
import { formatType, instructionByMnemonic } from '../../isa/index.ts'
import { runReference } from '../referenceRun.ts'
import { hexOfBytes, readVectorFiles, tensorOfValue } from '../vectorFile.ts'

describe.each(readVectorFiles())('the reference of $mnemonic', ({ mnemonic, vectors }) => {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (!instruction) throw new RangeError(`${mnemonic}: no such instruction`)

  it.each(vectors)('$name', (vector) => {
    const outcome = runReference(instruction, vector)
    if (outcome.halt !== undefined || vector.halt !== undefined) {
      expect(outcome.halt).toBe(vector.halt)
      return
    }
    expect(outcome.output && formatType(outcome.output)).toBe(vector.output && formatType(vector.output))
    if (vector.output) expect([...(outcome.output?.data ?? [])]).toEqual([...tensorOfValue(vector.output).data])
    expect(outcome.word).toBe(vector.word === undefined ? undefined : BigInt(vector.word))
    if (vector.memory !== undefined) expect(hexOfBytes(outcome.memory)).toBe(vector.memory)
    if (vector.live) expect(outcome.live).toEqual(vector.live)
    expect(outcome.gas).toBe(vector.gas)
  })
})
