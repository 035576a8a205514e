import { describe, expect, it } from 'vitest'
import { haltCodes, instructionByMnemonic, instructions } from '../../isa/index.ts'
import { instructionBlock, instructionTable } from '../../scripts/specBlocks.ts'
import { readVectorFile } from '../vectorFile.ts'

const concatBlock = `#### AE3C CONCAT

\`output = a followed by b along axis\`

**Stack input**

| stack | name | kind | meaning |
| --- | --- | --- | --- |
| top - 0 | \`attributes\` | attribute word | axis |
| top - 1 | \`a\` | handle | any dtype |
| top - 2 | \`b\` | handle | dtype of a, its shape but for the axis |

**Attributes**

| bits | field | stored as | meaning |
| --- | --- | --- | --- |
| 0..2 | \`axis\` | uint3 | axis that is joined |

**Output:** \`output\`, handle: dtype of a, dimensions of the axis added.

**Operation**

Joins two tensors along one axis, a first.

Halts with TypeMismatch when the dtypes differ; with BadAttribute when axis is beyond the rank of a; with ShapeMismatch when
the ranks differ, when a dimension other than the joined one differs, or when the joined dimension exceeds 2^24-1 or the
output 2^32-1 bytes.

**Gas:** compute over \`movedBytes\`, \`movedParts\`; allocation of the output. See [Gas](#gas).

**Halts:** \`BadHandle\`, \`BadAttribute\`, \`TypeMismatch\`, \`ShapeMismatch\`.`

function block(mnemonic: string): string {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (!instruction) throw new RangeError(`${mnemonic}: no such instruction`)
  return instructionBlock(instruction)
}

describe('instructionBlock', () => {
  it('holds everything a declaration says, in order', () => {
    expect(block('CONCAT')).toBe(concatBlock)
  })

  it.each([
    ['TSPACE', '**Stack input**\n\nNone.\n\n**Output:** `word`, word: bytes.'],
    ['TSPACE', '**Gas:** compute, with no work count. See [Gas](#gas).\n\n**Halts:** none of its own.'],
    ['TMSTORE', '**Output:** none.'],
    ['TMSTORE', '**Gas:** compute over `storedBytes`; growth of memory. See [Gas](#gas).'],
    ['TCODELOAD', '**Gas:** compute over `copiedBytes`; allocation of the output; account access. See [Gas](#gas).'],
    ['TMODELLOAD', '**Gas:** compute over `copiedBytes`; allocation of the output; model access. See [Gas](#gas).'],
    ['REDUCE_SUM', '| 6 | `keepDims` | uint1 |'],
    ['REDUCE_SUM', '| 7..22 | `zeroPoint` | int16 |'],
    ['MAX_POOL2D', '| 64..79 | `windowH` | uint16, minus 1 |'],
  ])('of %s says %j', (mnemonic, text) => {
    expect(block(mnemonic)).toContain(text)
  })
})

describe('instructionTable', () => {
  it('has a row an instruction and keeps bars out of the columns', () => {
    const rows = instructionTable().split('\n').slice(2)
    expect(rows.length).toBe(instructions.length)
    for (const row of rows) expect(row.split(/(?<!\\)\|/).length).toBe(7)
    expect(rows[0]).toBe('| `AE01` | TMLOAD | 2 | 1 | `output = memory[offset .. offset + bytes(type))` |')
  })
})

// Every instruction with a tensor operand halts with BadHandle; SPEC.md says so once.
describe.each(instructions)('the vectors of $mnemonic', ({ mnemonic, description, inputs }) => {
  it('raise exactly the halts that its description names', () => {
    const named: string[] = haltCodes.filter((halt) => description.includes(halt))
    if (inputs.some(({ kind }) => kind === 'tensor') && !named.includes('BadHandle')) named.unshift('BadHandle')
    const raised = new Set(readVectorFile(`test/vectors/${mnemonic}.json`).vectors.map(({ halt }) => halt))
    expect(haltCodes.filter((halt) => raised.has(halt))).toEqual(named)
  })
})
