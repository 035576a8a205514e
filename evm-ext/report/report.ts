import type { Hex } from '../input.ts'

/** Version of {@link GasReport}'s form. A change that a reader could notice raises it. */
export const GAS_REPORT_VERSION = 1

/** Ordinary opcodes of one mnemonic. */
export type OpcodeGas = {
  readonly mnemonic: string
  readonly count: number
  /** What they were charged, without what calls and creations used inside. */
  readonly gas: number
  /** Gas that CALL and CALLCODE added for their value transfers, which the sums of a report take off; else 0. */
  readonly stipends: number
}

/** A tensor instruction that was paid for. The parts of its price are gas. */
export type TensorGas = {
  /** Counts the tensor instructions of the transaction from 0, in the order in which they were carried out. */
  readonly sequence: number
  /** Place in the code; in the inference precompile, the instruction's number from 0. */
  readonly pc: number
  /** Call depth, 0 for the outermost frame. */
  readonly depth: number
  /** Account whose code holds the instruction. */
  readonly codeAddress: Hex
  readonly mnemonic: string
  /** Types of the tensor operands, for instance `int8[1,10]`. */
  readonly operands: readonly string[]
  /** Type of the result, where it is a tensor. */
  readonly result: string | undefined
  /** All parts together. */
  readonly gas: number
  readonly base: number
  readonly compute: number
  readonly memory: {
    /** Zeroing the result's bytes. */
    readonly zeroing: number
    /** Arena pages that were reached for the first time in the transaction. */
    readonly pages: number
    /** Growth of EVM memory. */
    readonly growth: number
  }
  readonly access: {
    /** The account whose code was read. */
    readonly account: number
    /** The registry's slot of the model. */
    readonly registry: number
    readonly coldChunks: number
    readonly warmChunks: number
  }
  /** What was cold; absent where nothing of the kind was read. The last two are numbers of chunks. */
  readonly temperature: {
    readonly account?: 'cold' | 'warm'
    readonly registry?: 'cold' | 'warm'
    readonly coldChunks?: number
    readonly warmChunks?: number
  }
  /** Multiply-accumulates of a contraction; 0 for other instructions. */
  readonly macs: number
  /** Multiply-accumulates of a contraction with its dimensions padded to the kernel's tiles, which are what is priced. */
  readonly tileMacs: number
  /** `macs / tileMacs`; what is missing to 1 is the tax on padding. Absent where nothing is contracted. */
  readonly utilisation: number | undefined
  /** Canonical bytes of the result. */
  readonly outputBytes: number
  /** Arena bytes in use after it, in all open frames. */
  readonly liveBytes: number
  /** Most arena bytes in use at once in the transaction so far. */
  readonly peakBytes: number
  /** See {@link PROVING_STEP}. */
  readonly provingSteps: number
  /** Wall time of the operation itself, without checks and prices. */
  readonly nanoseconds: number
  /** Whether it was paid for, but halted for want of arena or with a bad handle. */
  readonly isHalted: boolean
}

/** A function of the source, or a whole frame. What was charged in it, but not in functions and calls inside, is its own. */
export type Scope = {
  readonly opcodes: readonly OpcodeGas[]
  readonly instructions: readonly TensorGas[]
  readonly functions: readonly FunctionGas[]
  readonly calls: readonly FrameGas[]
}

/** Everything that a function of the source was charged, in all its runs that were called from the same place. */
export type FunctionGas = Scope & {
  readonly name: string
  /** The source, and its line from 1 where its text was given. */
  readonly file: string
  readonly line: number | undefined
}

export type FrameKind = 'CALL' | 'CALLCODE' | 'DELEGATECALL' | 'STATICCALL' | 'CREATE' | 'CREATE2'

/** Gas that an exceptional halt took. */
export type Burnt = {
  readonly gas: number
  /** The EVM's name of the halt. */
  readonly error: string
  /** The opcode that halted, where one did. */
  readonly mnemonic: string | undefined
  readonly pc: number | undefined
}

/** A message call or a creation. */
export type FrameGas = Scope & {
  readonly kind: FrameKind
  /** Call depth, 0 for the outermost frame. */
  readonly depth: number
  /** Account that runs; the created one, for a creation. Absent where none was made. */
  readonly address: Hex | undefined
  /** Account whose code runs. */
  readonly codeAddress: Hex | undefined
  /** Name of the contract or the precompile, where it is known; else the address. */
  readonly name: string
  /** What ran: code, a precompile, the inference precompile, or nothing. */
  readonly code: 'bytecode' | 'precompile' | 'inference' | 'none'
  /** Gas that the frame had, a stipend included. */
  readonly gasLimit: number
  /** What it took of it. */
  readonly gasUsed: number
  /** The EVM's name of the revert or halt that it ended with. */
  readonly error: string | undefined
  /** An ordinary precompile's price. */
  readonly precompile: number
  /** What the inference precompile paid for finding its model. */
  readonly lookup: number
  /** Price of the code that a creation leaves. */
  readonly codeDeposit: number
  /** What an exceptional halt took. */
  readonly burnt: Burnt | undefined
  /** Wall time of an ordinary precompile; 0 for other frames, whose time is that of what they ran. */
  readonly nanoseconds: number
}

/** What a transaction pays before it runs. */
export type IntrinsicGas = {
  readonly base: number
  readonly calldata: number
  /** Of a transaction that creates a contract: the creation, and the words of its code. */
  readonly creation: number
  readonly initcode: number
  readonly accessList: number
  /** EIP-7702's authorizations. */
  readonly authorizations: number
}

/** Gas by what it was paid for; the members together are the gas used. Those that lower it are negative. */
export type GasSummary = {
  readonly intrinsic: number
  readonly opcodes: number
  readonly tensorBase: number
  readonly tensorCompute: number
  readonly tensorMemory: number
  readonly tensorAccess: number
  /** Ordinary precompiles. */
  readonly precompiles: number
  readonly codeDeposit: number
  readonly burnt: number
  readonly stipends: number
  readonly refund: number
  /** What EIP-7623's floor of the calldata adds. */
  readonly floor: number
}

/** Counts over all tensor instructions of a report. */
export type TensorTotals = {
  readonly count: number
  readonly gas: number
  readonly macs: number
  readonly tileMacs: number
  readonly outputBytes: number
  readonly peakBytes: number
  readonly provingSteps: number
  readonly nanoseconds: number
}

/** Where the gas of a transaction or call went. Plain data, ready for `JSON.stringify`. */
export type GasReport = {
  readonly version: typeof GAS_REPORT_VERSION
  readonly kind: 'transaction' | 'call'
  /** Of a signed transaction. */
  readonly transactionHash: Hex | undefined
  /** A transaction's, as its receipt has it; a call's without intrinsic gas. */
  readonly gasUsed: number
  readonly gasLimit: number
  /** The EVM's name of the revert or halt that it ended with. */
  readonly error: string | undefined
  readonly summary: GasSummary
  readonly tensors: TensorTotals
  /** Of a transaction. */
  readonly intrinsic: IntrinsicGas | undefined
  readonly frame: FrameGas
  /** Of a transaction: what was refunded, of what was counted, at most a part of the gas (EIP-3529). */
  readonly refund: { readonly counted: number; readonly granted: number } | undefined
  /** Of a transaction: the least that its calldata costs, and what that adds (EIP-7623). */
  readonly floor: { readonly gas: number; readonly added: number } | undefined
}

/**
 * Work that one step of a dispute recomputes: as many units as one element of a result may read bytes at most, 96 leaves of
 * 256 (SPEC.md, reach of an element).
 *
 * An instruction has `ceil(sum of its work counts / PROVING_STEP)` proving steps, and one if it has no work. All counts of
 * the instruction's block in SPEC.md are summed as they are: multiply-accumulates, elements and bytes as tiles pad them.
 * Ordinary opcodes are not counted. Steps are reported and not charged.
 */
export const PROVING_STEP = 96 * 256
