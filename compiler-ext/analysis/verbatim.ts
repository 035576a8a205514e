import { EXTENSION, type Instruction, instructionByOpcode } from '../../isa/index.ts'
import type { YulCall, YulFunction } from './yulAst.ts'

/** The instruction that a verbatim stands for; undefined for other bytes. */
export function verbatimInstruction(call: YulCall): Instruction | undefined {
  const [bytes] = call.arguments
  const hex = bytes?.kind === 'literal' ? /^hex"([0-9a-f]{4})"$/i.exec(bytes.text)?.[1] : undefined
  const word = Number.parseInt(hex ?? '0', 16)
  return word >> 8 === EXTENSION ? instructionByOpcode.get(word & 0xff) : undefined
}

/** Whether a call is bytes of code, as all instructions are. */
export function isVerbatim({ name }: YulCall): boolean {
  return name.startsWith('verbatim_')
}

/** Functions that contain an instruction, or call one that does. */
export function functionsWithInstructions(code: YulFunction): ReadonlySet<YulFunction> {
  const callers = new Map<YulFunction, YulFunction[]>([[code, []]])
  const found = new Set<YulFunction>()
  for (const [caller] of callers)
    for (const call of caller.calls) {
      if (isVerbatim(call)) found.add(caller)
      if (call.target === undefined) continue
      const known = callers.get(call.target)
      if (known) known.push(caller)
      else callers.set(call.target, [caller])
    }
  for (const callee of found) for (const caller of callers.get(callee) ?? []) found.add(caller)
  return found
}
