import type { Common } from '@ethereumjs/common'
import {
  EVM,
  EVMMockBlockchain,
  type EVMOpts,
  type EVMResult,
  type EVMRunCallOpts,
  type EVMRunCodeOpts,
  type ExecResult,
  getActivePrecompiles,
  getOpcodesForHF,
  type Message,
  NobleBN254,
  type PrecompileFunc,
} from '@ethereumjs/evm'
import { SimpleStateManager } from '@ethereumjs/statemanager'
import type { Address } from '@ethereumjs/util'
import { createVM, type VM, type VMOpts } from '@ethereumjs/vm'
import { EXTENSION } from '../isa/index.ts'
import { createWasmKernel, type Kernel } from '../kernel/index.ts'
import type { ModelStore } from '../model/store.ts'
import { type Arena, createArena } from './arena.ts'
import type { ChargeListener } from './charge.ts'
import { createWarmChunks, type WarmChunks } from './chunks.ts'
import { createExecutor, type Executor, type TraceHook } from './execute.ts'
import { kzg, POINT_EVALUATION, withLoadedKZG } from './kzg.ts'
import { createModels } from './models.ts'
import { createExtensionOpcode, type ExtensionOpcode } from './opcode.ts'
import { isTensorActive, tensorParameters } from './parameters.ts'
import { createPrecompile } from './precompile.ts'
import { createRunAhead } from './runAhead.ts'
import { createEVMState } from './state.ts'
import { createStepCache } from './steps.ts'

export type TensorEVMOpts = EVMOpts & {
  readonly common: Common
  /** Where the bytes of registered models are. */
  readonly store: ModelStore
  /** What runs tensor instructions; a WebAssembly kernel of its own by default. EVMs may share one. */
  readonly kernel?: Kernel | undefined
}

/**
 * An EVM with tensor instructions and the inference precompile, from the tensor fork of its Common on; before the fork an
 * ordinary EVM.
 *
 * It extends @ethereumjs/evm through exported and protected members only. One instance runs one transaction at a time;
 * for calls beside it take a {@link shallowCopy}.
 *
 * A failure that is no EVM error, such as {@link MissingModelError} or a trap in the kernel, is not turned into a result:
 * it leaves `runCall`, and so `runTx`, as it was thrown, with the state as before.
 */
export class TensorEVM extends EVM {
  readonly arena: Arena
  private readonly chunks: WarmChunks
  private readonly executor: Executor
  private readonly extension: ExtensionOpcode
  private readonly inferencePrecompile: PrecompileFunc
  /** Prices of the fork's opcodes that have a price of their own and no other. */
  private fees: (number | undefined)[] = []
  private running = false

  /** Use {@link createTensorEVM}. */
  protected constructor(opts: TensorEVMOpts) {
    super(opts)
    const kernel = opts.kernel ?? createWasmKernel()
    const state = createEVMState(this)
    const models = createModels(state, opts.store)
    this.arena = createArena(kernel.memory)
    this.chunks = createWarmChunks()
    const parameters = () => tensorParameters(this.common)
    this.executor = createExecutor({ parameters, state, arena: this.arena, chunks: this.chunks, kernel, models })
    const stepsOf = createStepCache()
    const runAhead = createRunAhead(this.executor, (opcode) => this.fees[opcode], stepsOf)
    this.extension = createExtensionOpcode(
      this.executor,
      state,
      (address) => address.equals(parameters().tensorRegistryAddress),
      stepsOf,
      (runState, frame) => {
        if (this.mayRunAhead()) runAhead(runState, frame)
      },
    )
    const inFrame = <T>(action: () => Promise<T>) => this.inFrame(action)
    this.inferencePrecompile = createPrecompile({ parameters, executor: this.executor, models, inFrame })
    // Registered after the EVM's own listener, so it runs after that has rebuilt opcodes and precompiles.
    this.common.events.on('hardforkChanged', () => this.followFork())
    this.followFork()
  }

  /**
   * Makes an EVM at the current hardfork of `opts.common`.
   *
   * The EVM's constructor refuses hardforks that it does not know, yet follows a change to one: so it is made at the last
   * fork before that it knows.
   */
  static open(opts: TensorEVMOpts): TensorEVM {
    const { common } = opts
    const target = common.hardfork()
    const known: readonly string[] = EVM.supportedHardforks
    if (known.includes(target)) return new TensorEVM(opts)
    const names = common.hardforks().map(({ name }) => name)
    const base = names.slice(0, names.indexOf(target)).findLast((name) => known.includes(name))
    if (base === undefined) throw new RangeError(`common: no fork before ${target} is one that the EVM knows`)
    common.setHardfork(base)
    try {
      return new TensorEVM(opts)
    } finally {
      common.setHardfork(target)
    }
  }

  /** Called after each tensor instruction that was carried out, for tracing; costs nothing while undefined. */
  get onInstruction(): TraceHook | undefined {
    return this.executor.onInstruction
  }

  set onInstruction(hook: TraceHook | undefined) {
    this.executor.onInstruction = hook
  }

  /** Told what tensor instructions are charged, part by part; costs nothing while undefined. */
  get chargeListener(): ChargeListener | undefined {
    return this.executor.chargeListener
  }

  set chargeListener(listener: ChargeListener | undefined) {
    this.executor.chargeListener = listener
  }

  private followFork(): void {
    this.getActiveOpcodes()
    const added = isTensorActive(this.common)
      ? [{ address: tensorParameters(this.common).tensorPrecompileAddress, function: this.inferencePrecompile }]
      : []
    this._precompiles = getActivePrecompiles(this.common, [...added, ...(this._customPrecompiles ?? [])])
    const evaluate = this._precompiles.get(POINT_EVALUATION)
    if (evaluate !== undefined && this.common.customCrypto.kzg === kzg)
      this._precompiles.set(POINT_EVALUATION, withLoadedKZG(evaluate))
  }

  override getActiveOpcodes(): ReturnType<EVM['getActiveOpcodes']> {
    // The EVM's constructor calls this before there is an extension; followFork calls it again.
    if (this.extension === undefined || !isTensorActive(this.common)) return super.getActiveOpcodes()
    const { extension } = this
    const active = getOpcodesForHF(this.common, [...(this._customOpcodes ?? []), extension])
    const entry = active.opcodeMap[EXTENSION]
    if (entry === undefined) throw new Error('the EVM did not take the opcode AE')
    // Step events and debug output read an opcode's name after its price was asked for, when the extension knows which
    // instruction is under way. A name that answers then is the only way to show MATMUL: the interpreter is not exported.
    const name = { get: () => extension.currentName }
    const opcodeInfo = Object.create(entry.opcodeInfo, { name, fullName: name })
    active.opcodeMap[EXTENSION] = { ...entry, opcodeInfo }
    this._opcodes = active.opcodes
    this._handlers = active.handlers
    this._dynamicGasHandlers = active.dynamicGasHandlers
    this._opcodeMap = active.opcodeMap
    this.fees = active.opcodeMap.map(({ opcodeInfo: { isInvalid, dynamicGas, fee } }) =>
      isInvalid || dynamicGas ? undefined : fee,
    )
    return active.opcodes
  }

  /** Whether nobody watches single steps, and every opcode is the EVM's own. */
  private mayRunAhead(): boolean {
    const { common } = this
    return (
      this.events.listenerCount('step') === 0 &&
      !this.DEBUG &&
      this._optsCached.profiler?.enabled !== true &&
      (this._customOpcodes ?? []).length === 0 &&
      !common.isActivatedEIP(6800) &&
      !common.isActivatedEIP(7864)
    )
  }

  /** Runs an action in an arena frame, which is freed however the action ends. The last frame ends the transaction. */
  private async inFrame<T>(action: () => Promise<T>): Promise<T> {
    this.arena.enter()
    this.executor.changeFrame()
    try {
      return await action()
    } finally {
      this.arena.exit()
      this.executor.changeFrame()
      if (this.arena.depth === 0) this.executor.endTransaction()
    }
  }

  /** Two transactions at once would share an arena and a journal. */
  private async alone<T>(action: () => Promise<T>): Promise<T> {
    if (this.running) throw new Error('this EVM is running a transaction: take a shallowCopy for calls beside it')
    this.running = true
    try {
      return await action()
    } finally {
      this.running = false
    }
  }

  protected override runInterpreter(...args: Parameters<EVM['runInterpreter']>): Promise<ExecResult> {
    return this.inFrame(() => super.runInterpreter(...args))
  }

  override runCode(opts: EVMRunCodeOpts): Promise<ExecResult> {
    return this.alone(() => super.runCode(opts))
  }

  override runCall(opts: EVMRunCallOpts): Promise<EVMResult> {
    return opts.message === undefined ? this.alone(() => this.runMessage(opts)) : this.runMessage(opts)
  }

  private async runMessage(opts: EVMRunCallOpts): Promise<EVMResult> {
    const mark = this.chunks.mark()
    const result = await super.runCall(opts)
    if (result.execResult.exceptionError !== undefined) this.chunks.rollBack(mark)
    return result
  }

  protected override _executeCall(message: Message & { to: Address }): Promise<EVMResult> {
    return this.checkpointed(() => super._executeCall(message as Parameters<EVM['_executeCall']>[0]))
  }

  protected override _executeCreate(message: Message): Promise<EVMResult> {
    return this.checkpointed(() => super._executeCreate(message))
  }

  /**
   * Runs the part of a call that `runCall` wraps in a checkpoint. `runCall` closes the checkpoint when that part returns,
   * with a result or a failed one, but not when it throws.
   */
  private async checkpointed<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action()
    } catch (error) {
      await this.journal.revert()
      if (this.common.isActivatedEIP(1153)) this.transientStorage.revert()
      if (this.common.isActivatedEIP(7928)) this.blockLevelAccessList?.revert()
      if (this.common.isActivatedEIP(8037)) this._stateGasSnapshots.pop()
      throw error
    }
  }

  /** A copy over the same underlying state database, with an arena of its own, that runs beside this one. */
  override shallowCopy(): TensorEVM {
    const common = this.common.copy()
    const stateManager = this.stateManager.shallowCopy()
    // State managers that need a Common keep it under this name, which their interface does not list.
    Reflect.set(stateManager, 'common', common)
    return TensorEVM.open({ ...(this._optsCached as TensorEVMOpts), common, stateManager })
  }
}

/**
 * Makes a {@link TensorEVM}; what is left out is chosen as `createEVM` does.
 *
 * @throws {RangeError} when no fork before the Common's current one is known to the EVM
 */
export async function createTensorEVM(opts: TensorEVMOpts): Promise<TensorEVM> {
  return TensorEVM.open({
    bn254: new NobleBN254(),
    blockchain: new EVMMockBlockchain(),
    stateManager: new SimpleStateManager(),
    ...opts,
  })
}

/** The EVM of a VM. @throws {TypeError} when it is not a TensorEVM */
export function tensorEVMOf({ evm }: VM): TensorEVM {
  if (!(evm instanceof TensorEVM)) throw new TypeError('vm: its EVM is not a TensorEVM')
  return evm
}

/**
 * Copies a VM over the same underlying state, with a TensorEVM of its own: for an eth_call beside a running block.
 *
 * `VM.shallowCopy` would make an ordinary EVM instead, and fail at a fork that the EVM does not know.
 *
 * @throws {TypeError} when the VM's EVM is not a TensorEVM
 */
export async function copyVM(vm: VM): Promise<VM> {
  const evm = tensorEVMOf(vm).shallowCopy()
  const { common, stateManager } = evm
  const opts = Reflect.get(vm, '_opts') as VMOpts
  return createVM({ ...opts, common, stateManager, evm })
}
