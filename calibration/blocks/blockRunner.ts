import { type Block, createBlock } from '@ethereumjs/block'
import { createFeeMarket1559Tx, type FeeMarket1559Tx } from '@ethereumjs/tx'
import { type Address, createZeroAddress, privateToPublic } from '@ethereumjs/util'
import { runTx } from '@ethereumjs/vm'
import { runMessage } from '../../evm-ext/call.ts'
import {
  type DefaultGenesisOptions,
  developmentAccounts,
  MAX_TRANSACTION_GAS,
  tensorEVMOf,
} from '../../evm-ext/index.ts'
import { createWasmKernel, type Kernel } from '../../kernel/index.ts'
import type { BlockCase, BlockKind } from './blockCase.ts'
import { addressOf, calldataOf, createCaseWorld, WORD_BYTES } from './caseWorld.ts'
import { type Clock, systemClock } from './clock.ts'

/** A block of one case: what its transactions repeat, and their gas. */
type BlockPlan = {
  readonly transactions: readonly PlannedTransaction[]
  /** Gas that they use, intrinsic gas included. */
  readonly gas: number
}

type PlannedTransaction = { readonly iterations: number; readonly gasLimit: number; readonly gas: number }

/** What running a block took. */
export type BlockTime = {
  readonly name: string
  readonly kind: BlockKind
  /** Gas of the block; at most what was asked for. */
  readonly gas: number
  readonly transactions: number
  /** CPU time. */
  readonly seconds: number
  readonly wallSeconds: number
  readonly nsPerGas: number
}

/** Gas of the message call of a case by how often it repeats its body. */
type Consumption = {
  gasOf(iterations: number): number
  /** Gas of one repetition more, from the second on. */
  readonly perIteration: number
  /** Part of it that tensor instructions take. */
  readonly tensorPart: number
}

/** A case can't fill a block: it halts, or its gas is not the same from one repetition to the next. */
export class CaseError extends Error {
  override readonly name = 'CaseError'
}

/** Runs blocks of cases in a client, one after the other. */
export type BlockRunner = {
  /** What a case uses. @throws {CaseError} */
  consumption(blockCase: BlockCase): Promise<Consumption>
  /** Transactions that fill a block of so much gas. @throws {RangeError} when it is too little for one */
  plan(blockCase: BlockCase, gas: number): Promise<BlockPlan>
  /**
   * Runs a block as user transactions on a Merkle state, the state root after it included.
   *
   * @param times - how often; the least CPU time counts
   * @throws {CaseError} also when a transaction uses another amount of gas than planned
   */
  run(blockCase: BlockCase, gas: number, times?: number): Promise<BlockTime>
  /** Forgets a case and its models; its contracts stay in the state. */
  forget(blockCase: BlockCase): void
}

export type BlockRunnerOptions = {
  readonly kernel?: Kernel
  readonly clock?: Clock
  readonly genesis?: Omit<DefaultGenesisOptions, 'alloc'>
}

/** Gas limit of blocks whose transactions are planned, above any that is asked for. */
const PLANNING_GAS = 2 ** 50
const MAX_FEE = 10n ** 9n
const account = developmentAccounts[0] as (typeof developmentAccounts)[number]

/** A client with a state of its own, for cases to run in. */
export async function createBlockRunner(options: BlockRunnerOptions = {}): Promise<BlockRunner> {
  const { kernel = createWasmKernel(), clock = systemClock, genesis } = options
  const world = await createCaseWorld(genesis, kernel)
  const { vm, genesisBlock } = world
  const { common, stateManager } = vm
  const sender = addressOf(BigInt(account.address))
  const senderPubKey = privateToPublic(account.privateKey)
  const consumptions = new Map<BlockCase, Consumption>()
  let salt = 0n

  /** Gas of a message call that repeats the body so often. */
  const callGas = async (blockCase: BlockCase, to: Address, iterations: number) => {
    let failure: string | undefined
    let tensorGas = 0
    const watch = ({ execResult: { exceptionError } }: { execResult: { exceptionError?: { error: string } } }) => {
      if (exceptionError !== undefined && !(blockCase.reverts && exceptionError.error === 'revert'))
        failure ??= exceptionError.error
    }
    const events = vm.evm.events
    events?.on('afterMessage', watch)
    const evm = tensorEVMOf(vm)
    evm.onInstruction = ({ gas }) => {
      tensorGas += Number(gas)
    }
    try {
      const { gasUsed } = await runMessage(vm, genesisBlock, {
        ...{ from: sender, to, value: 0n },
        ...{ data: calldataOf(iterations, salt + 1n), gasLimit: BigInt(PLANNING_GAS) },
      })
      if (failure !== undefined) throw new CaseError(`${blockCase.name}: a call in it ends with ${failure}`)
      return { gas: Number(gasUsed), tensorGas }
    } finally {
      evm.onInstruction = undefined
      events?.off('afterMessage', watch)
    }
  }

  const consumptionOf = async (blockCase: BlockCase): Promise<Consumption> => {
    const known = consumptions.get(blockCase)
    if (known !== undefined) return known
    const to = await world.install(blockCase)
    const once = await callGas(blockCase, to, 1)
    const twice = await callGas(blockCase, to, 2)
    const thrice = await callGas(blockCase, to, 3)
    const more = (await callGas(blockCase, to, 5)).gas - thrice.gas
    const perIteration = thrice.gas - twice.gas
    if (more !== 2 * perIteration)
      throw new CaseError(`${blockCase.name}: two repetitions more use ${more} gas, not twice ${perIteration}`)
    const consumption = {
      gasOf: (iterations: number) => (iterations === 1 ? once.gas : twice.gas + (iterations - 2) * perIteration),
      perIteration,
      tensorPart: (thrice.tensorGas - twice.tensorGas) / perIteration,
    }
    consumptions.set(blockCase, consumption)
    return consumption
  }

  const transaction = (to: Address, iterations: number, gasLimit: number, nonce: bigint) =>
    createFeeMarket1559Tx(
      {
        ...{ chainId: common.chainId(), nonce, maxFeePerGas: MAX_FEE, maxPriorityFeePerGas: 0n, to },
        ...{ gasLimit, data: calldataOf(iterations, salt) },
      },
      { common },
    )

  const plan = async (blockCase: BlockCase, gas: number): Promise<BlockPlan> => {
    if (!Number.isSafeInteger(gas) || gas < 1) throw new RangeError(`gas: ${gas} is not the gas of a block`)
    const { gasOf, perIteration } = await consumptionOf(blockCase)
    const count = Math.ceil(gas / Number(MAX_TRANSACTION_GAS))
    const limit = Math.floor(gas / count)
    // A word of calldata without zeros costs more than any that is sent.
    const intrinsic = Number(transaction(createZeroAddress(), 0, limit, 0n).getIntrinsicGas()) + 2 * WORD_BYTES * 12
    const { reserve: kept = 0 } = blockCase
    const reserve = kept === 'iteration' ? Math.ceil(Math.max(gasOf(1), perIteration) / 63) : kept
    const left = limit - intrinsic - reserve
    if (left < gasOf(1))
      throw new RangeError(
        `gas: ${blockCase.name} needs ${intrinsic + reserve + gasOf(1)} gas in a transaction, not ${limit}`,
      )
    const iterations = left < gasOf(2) ? 1 : 2 + Math.floor((left - gasOf(2)) / perIteration)
    const planned = {
      iterations,
      gasLimit: intrinsic + reserve + gasOf(iterations),
      gas: intrinsic + gasOf(iterations),
    }
    return { transactions: Array.from({ length: count }, () => planned), gas: count * planned.gas }
  }

  const sign = (unsigned: FeeMarket1559Tx) => {
    const signed = unsigned.sign(account.privateKey)
    signed.cache.senderPubKey = senderPubKey
    return signed
  }

  const prepare = async (to: Address, gas: number, { transactions }: BlockPlan) => {
    let nonce = (await stateManager.getAccount(sender))?.nonce ?? 0n
    const block: Block = createBlock(
      { header: { number: 1n, timestamp: 1n, gasLimit: gas, baseFeePerGas: 7n } },
      { common, skipConsensusFormatValidation: true },
    )
    const signed = transactions.map(({ iterations, gasLimit }) => {
      salt++
      return { tx: sign(transaction(to, iterations, gasLimit, nonce++)), iterations }
    })
    return { block, signed }
  }

  const runOnce = async (blockCase: BlockCase, gas: number): Promise<BlockTime> => {
    const to = await world.install(blockCase)
    const { gasOf } = await consumptionOf(blockCase)
    const { block, signed } = await prepare(to, gas, await plan(blockCase, gas))
    await stateManager.getStateRoot()
    // What a block reads first it reads from the trie.
    stateManager.clearCaches?.()
    let used = 0
    const [cpu, wall] = [clock.cpuSeconds(), clock.wallSeconds()]
    for (const { tx, iterations } of signed) {
      const { execResult, totalGasSpent } = await runTx(vm, { tx, block })
      const expected = Number(tx.getIntrinsicGas()) + gasOf(iterations)
      if (execResult.exceptionError !== undefined || Number(totalGasSpent) !== expected)
        throw new CaseError(
          `${blockCase.name}: a transaction used ${totalGasSpent} gas, not ${expected}; ${execResult.exceptionError?.error ?? 'no error'}`,
        )
      used += expected
    }
    await stateManager.getStateRoot()
    const seconds = clock.cpuSeconds() - cpu
    const wallSeconds = clock.wallSeconds() - wall
    const { name, kind } = blockCase
    return {
      name,
      kind,
      gas: used,
      transactions: signed.length,
      seconds,
      wallSeconds,
      nsPerGas: (seconds / used) * 1e9,
    }
  }

  return {
    consumption: consumptionOf,
    plan,
    async run(blockCase, gas, times = 1) {
      let least = await runOnce(blockCase, gas)
      for (let time = 1; time < times; time++) {
        const next = await runOnce(blockCase, gas)
        if (next.seconds < least.seconds) least = next
      }
      return least
    },
    forget(blockCase) {
      consumptions.delete(blockCase)
      world.forget(blockCase)
    },
  }
}
