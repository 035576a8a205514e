import { createBlock } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { createEVM, type EVM, type Message } from '@ethereumjs/evm'
import { RLP } from '@ethereumjs/rlp'
import { Caches, MerkleStateManager } from '@ethereumjs/statemanager'
import { createTx, createTxFromRLP, type TypedTransaction, type TypedTxData } from '@ethereumjs/tx'
import {
  Account,
  bytesToHex,
  createAddressFromString,
  hexToBytes,
  type PrefixedHexString,
  setLengthLeft,
  unpadBytes,
} from '@ethereumjs/util'
import { createVM, runTx } from '@ethereumjs/vm'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { createTensorEVM, type Hex } from '../../../evm-ext/index.ts'
import { EXTENSION } from '../../../isa/index.ts'
import type { Kernel } from '../../../kernel/index.ts'
import { createMemoryStore } from '../../../model/index.ts'
import type { StateCase, TransactionFields } from './fixture.ts'
import { commonAt, type ForkName } from './forks.ts'

/** What came of a case. */
export type CaseResult = {
  readonly root: Hex
  /** keccak256 of the RLP of the logs. */
  readonly logs: Hex
  readonly gas: bigint
  /** What the outermost frame ended with, or why no block can have the transaction; empty after success. */
  readonly error: string
  /** Whether no block can have the transaction. */
  readonly isRefused: boolean
}

const store = createMemoryStore()

/** Bytes of hex that may lack a digit. */
function bytes(hex: string): Uint8Array {
  const digits = hex.replace(/^0x/, '')
  return hexToBytes(`0x${digits.length % 2 === 0 ? digits : `0${digits}`}` as PrefixedHexString)
}

async function writeState(state: MerkleStateManager, { pre }: StateCase): Promise<void> {
  await state.checkpoint()
  for (const [key, { balance, nonce, code, storage }] of Object.entries(pre)) {
    const address = createAddressFromString(key)
    await state.putAccount(address, new Account(BigInt(nonce), BigInt(balance)))
    if (code.length > 2) await state.putCode(address, bytes(code))
    for (const [slot, value] of Object.entries(storage)) {
      const content = unpadBytes(bytes(value))
      if (content.length > 0) await state.putStorage(address, setLengthLeft(bytes(slot), 32), content)
    }
  }
  await state.commit()
  await state.flush()
}

function blockOf({ env }: StateCase, common: Common) {
  const isMerged = common.gteHardfork('paris')
  return createBlock(
    {
      header: {
        ...{ number: env.currentNumber, coinbase: env.currentCoinbase, timestamp: env.currentTimestamp },
        gasLimit: env.currentGasLimit,
        difficulty: isMerged ? 0 : (env.currentDifficulty ?? 0),
        ...(isMerged ? { mixHash: setLengthLeft(bytes(env.currentRandom ?? env.currentDifficulty ?? '0x'), 32) } : {}),
        ...(common.isActivatedEIP(1559) ? { baseFeePerGas: env.currentBaseFee ?? '0x0a' } : {}),
        ...(common.isActivatedEIP(4844)
          ? { excessBlobGas: env.currentExcessBlobGas ?? '0x0', blobGasUsed: '0x0' }
          : {}),
      },
    },
    { common },
  )
}

function transactionOf(given: Hex | TransactionFields, common: Common): TypedTransaction {
  if (typeof given === 'string') return createTxFromRLP(bytes(given), { common })
  const { secretKey, accessList, maxFeePerGas, gasPrice, maxPriorityFeePerGas, to, ...fields } = given
  const type = maxFeePerGas !== undefined ? 2 : accessList !== undefined ? 1 : 0
  const data = {
    ...{ ...fields, type },
    ...(to === undefined ? {} : { to }),
    ...(accessList === undefined ? {} : { accessList }),
    ...(type === 2 ? { maxFeePerGas, maxPriorityFeePerGas } : { gasPrice }),
  }
  return createTx(data as TypedTxData, { common }).sign(hexToBytes(secretKey))
}

/** Why a transaction was refused, without the block and fork that the EVM's message ends with. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return `refused: ${message.replace(/ \((?:vm|tx|block|errored|blockheader).*$/s, '').replace(/hf=\w+/g, '')}`
}

/**
 * Runs a case in a state and an EVM of its own, as state tests want it: the coinbase is touched afterwards, as by a reward
 * of nothing.
 */
async function run(stateCase: StateCase, common: Common, create: (state: MerkleStateManager) => Promise<EVM>) {
  const state = new MerkleStateManager({ common, caches: new Caches() })
  const evm = await create(state)
  const vm = await createVM({ common, stateManager: state, evm })
  await writeState(state, stateCase)
  let [gas, error, isRefused] = [0n, '', false]
  let logs: Parameters<typeof RLP.encode>[0] = []
  try {
    const tx = transactionOf(stateCase.transaction, common)
    if (!tx.isValid()) throw new Error(tx.getValidationErrors().join('; '))
    const block = blockOf(stateCase, common)
    const { execResult, totalGasSpent, receipt } = await runTx(vm, { tx, block, skipHardForkValidation: true })
    gas = totalGasSpent
    error = execResult.exceptionError?.error ?? ''
    logs = receipt.logs as unknown as Parameters<typeof RLP.encode>[0]
  } catch (thrown) {
    isRefused = true
    error = reasonOf(thrown)
  }
  const coinbase = createAddressFromString(stateCase.env.currentCoinbase)
  await evm.journal.putAccount(coinbase, (await state.getAccount(coinbase)) ?? new Account())
  await evm.journal.cleanup()
  const root = bytesToHex(await state.getStateRoot())
  return { root, logs: bytesToHex(keccak_256(RLP.encode(logs))), gas, error, isRefused }
}

/** Runs a case on @ethereumjs/evm as it comes. */
export function runStock(stateCase: StateCase, fork: ForkName, watch?: (evm: EVM) => void): Promise<CaseResult> {
  const common = commonAt(fork, false)
  return run(stateCase, common, async (stateManager) => {
    const evm = await createEVM({ common, stateManager })
    watch?.(evm)
    return evm
  })
}

/** Runs a case on the EVM with tensor instructions, their fork active. */
export function runTensor(stateCase: StateCase, fork: ForkName, kernel: Kernel): Promise<CaseResult> {
  const common = commonAt(fork, true)
  return run(stateCase, common, (stateManager) => createTensorEVM({ common, stateManager, store, kernel }))
}

/** Whether a case executes the byte of the tensor instructions on @ethereumjs/evm as it comes. */
export async function executesExtension(stateCase: StateCase, fork: ForkName): Promise<boolean> {
  const messages: Message[] = []
  let executes = false
  await runStock(stateCase, fork, ({ events }) => {
    events.on('beforeMessage', (message, resolve) => {
      messages[message.depth] = message
      resolve?.()
    })
    // The step of an opcode that the EVM does not know has no byte, but a place in the code.
    events.on('step', ({ depth, pc }, resolve) => {
      executes ||= (messages[depth]?.code as Uint8Array | undefined)?.[pc] === EXTENSION
      resolve?.()
    })
  })
  return executes
}
