import { EVMError } from '@ethereumjs/evm'
import { createWarmChunks } from '../../evm-ext/chunks.ts'
import { createExecutor, type Frame, type Resources } from '../../evm-ext/execute.ts'
import { addressOf, createEVMState } from '../../evm-ext/state.ts'
import { MAX_COUNT, type ModelTensors, type ModelTypes, type TensorType } from '../../isa/index.ts'
import { createReferenceKernel } from '../../kernel/index.ts'
import { setUp } from '../evm-ext/setup.ts'
import type { PriceCase } from './randomPriceCase.ts'

type Arena = Resources['arena']
type Models = Resources['models']

const REGISTRATION = new Uint8Array(32).fill(7)

function unused(): never {
  throw new Error('a price was to be asked for, and something was done')
}

/** An arena of tensors that have types and no data. */
function typesOnly(ofCase: () => PriceCase): Arena {
  return {
    enter: unused,
    exit: unused,
    depth: 1,
    get liveBytes() {
      return ofCase().context.liveBytes
    },
    get liveTensors() {
      return ofCase().tensors.length
    },
    get peakPages() {
      return ofCase().context.peakPages
    },
    lastId: 0,
    typeOf: (handle) => ofCase().tensors[Number(handle) - 1] as TensorType,
    idOf: unused,
    tensor: unused,
    setSource: unused,
    allocate: unused,
    free: unused,
  }
}

/**
 * Prices of cases as the EVM charges them: from stack words through the executor's own checks, with the EVM's own prices of
 * memory and accesses. Tensors have types and no data, so that they may be of any size.
 *
 * @returns a function from a case to its price, Infinity for what no gas pays for
 */
export async function createExecutorPricing(): Promise<(priceCase: PriceCase) => number> {
  const { evm } = await setUp()
  const state = createEVMState(evm)
  const chunks = createWarmChunks()
  let current: PriceCase | undefined
  const ofCase = () => current as PriceCase
  const models: Models = {
    find(root) {
      const { types } = ofCase().operands.model as ModelTypes
      const tensors: ModelTensors = { root, types, bytes: unused }
      return { program: undefined as never, tensors, gas: state.registryGas(REGISTRATION), slot: REGISTRATION }
    },
    touch: unused,
    forget: unused,
  }
  const executor = createExecutor({
    parameters: () => ofCase().context.parameters,
    state,
    arena: typesOnly(ofCase),
    chunks,
    kernel: createReferenceKernel(),
    models,
  })

  const warmUp = ({ context, operands, warmChunks, words, instruction }: PriceCase) => {
    evm.journal.cleanJournal()
    chunks.rollBack(0)
    if (context.isAccountWarm && operands.account !== undefined)
      state.touchAccount(addressOf(words[instruction.inputs.findIndex(({ kind }) => kind === 'account')] as bigint))
    if (operands.model === undefined) return
    if (context.isRegistrationWarm) state.touchRegistry(REGISTRATION)
    chunks.warm({ gas: 0, root: (operands.model as ModelTypes).root, cold: warmChunks })
  }

  return (priceCase) => {
    current = priceCase
    warmUp(priceCase)
    const frame: Frame = {
      calldata: new Uint8Array(0),
      gasLeft: MAX_COUNT,
      memoryWords: BigInt(priceCase.context.memoryWords),
      ownsRegistry: false,
      growMemory: unused,
    }
    try {
      const prepared = executor.prepare(frame, priceCase.instruction, priceCase.words)
      if (prepared instanceof Promise) throw new Error('a price was to be known at once')
      return prepared.gas
    } catch (error) {
      if (error instanceof EVMError) return Infinity
      throw error
    }
  }
}
