import type { KnownCode } from './functions.ts'
import type { FrameGas, FunctionGas, OpcodeGas, Scope, TensorGas } from './report.ts'

/** Opcodes of one mnemonic that are being counted. */
export type OpenOpcodes = { -readonly [name in keyof OpcodeGas]: OpcodeGas[name] }

/** A tensor instruction that was paid for; what is known after it was carried out is filled in then. */
export type OpenInstruction = { -readonly [name in keyof TensorGas]: TensorGas[name] }

/** A scope that is being filled. */
export type OpenScope = {
  readonly opcodes: Map<string, OpenOpcodes>
  readonly instructions: OpenInstruction[]
  readonly functions: Map<string, OpenFunction>
  readonly calls: FrameGas[]
}

type OpenFunction = OpenScope & Pick<FunctionGas, 'name' | 'file' | 'line'>

export function openScope(): OpenScope {
  return { opcodes: new Map(), instructions: [], functions: new Map(), calls: [] }
}

/** The opcodes of a mnemonic in a scope. */
export function opcodesOf({ opcodes }: OpenScope, mnemonic: string): OpenOpcodes {
  const known = opcodes.get(mnemonic)
  if (known !== undefined) return known
  const made = { mnemonic, count: 0, gas: 0, stipends: 0 }
  opcodes.set(mnemonic, made)
  return made
}

/** A scope as a report has it. */
export function closeScope({ opcodes, instructions, functions, calls }: OpenScope): Scope {
  return {
    opcodes: [...opcodes.values()].filter(({ count }) => count > 0).sort((a, b) => b.gas - a.gas),
    instructions,
    functions: [...functions.values()].map((inner) => {
      const { name, file, line } = inner
      return { name, file, line, ...closeScope(inner) }
    }),
    calls,
  }
}

/** A function that runs, with the scope that it fills. */
type Running = { readonly name: string; readonly scope: OpenScope }

/** A function of the source, as far as a scope needs it. */
type Named = Pick<FunctionGas, 'name' | 'file' | 'line'>

const JUMP = 0x56

/**
 * Says into which scope an instruction of a frame falls. Called for each instruction in turn.
 *
 * Functions are entered and left by the jumps that the source map marks. An instruction whose source lies in another function
 * than those that run comes from one that was inlined, and falls into a scope of it. What a function does when it is called
 * again while it runs falls into its first scope, so that scopes do not nest without end.
 */
export type FollowCode = (pc: number, opcode: number) => OpenScope

/** Follows a frame of code. Without a source everything falls into the frame's own scope. */
export function followCode(root: OpenScope, code: KnownCode | undefined, calldata: Uint8Array): FollowCode {
  if (code === undefined) return () => root
  const running: Running[] = [{ name: '', scope: root }]
  const top = () => running[running.length - 1] as Running
  const within = (scope: OpenScope, { name, file, line }: Named): OpenScope => {
    const known = scope.functions.get(name)
    if (known !== undefined) return known
    const made = { name, file, line, ...openScope() }
    scope.functions.set(name, made)
    return made
  }
  const enter = (one: Named | undefined) => {
    const { name, scope } = top()
    if (one === undefined) return running.push({ name, scope })
    const again = running.find((other) => other.name === one.name)
    return running.push(again ?? { name: one.name, scope: within(scope, one) })
  }
  const entry = code.entryOf(calldata)
  if (entry !== undefined) enter(entry)
  const base = running.length
  let jump: string | undefined
  let inlined: OpenScope | undefined
  return (pc, opcode) => {
    if (jump === 'i') enter(code.functionAt(pc))
    else if (jump === 'o' && running.length > base) running.pop()
    if (jump !== undefined && jump !== '-') inlined = undefined
    jump = opcode === JUMP ? code.jumpAt(pc) : undefined
    const source = code.sourceOf(pc)
    const { scope } = top()
    // What the compiler adds, such as checks, comes from no function: it falls where what was before it did.
    if (source === undefined) return inlined ?? scope
    inlined = running.some(({ name }) => name === source.name) ? undefined : within(scope, source)
    return inlined ?? scope
  }
}
