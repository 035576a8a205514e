import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type CallPool,
  type Chain,
  createCallPool,
  createChain,
  DEFAULT_PRECOMPILE_ADDRESS,
  defaultGenesis,
  developmentAccounts,
  encodeRegistration,
  MissingModelError,
} from '../../evm-ext/index.ts'
import { tensorBytes, tensorOf } from '../../isa/index.ts'
import { registrationOf } from '../../model/index.ts'
import { code, op, type Piece } from '../bytecode.ts'
import { creating, wordOf } from './creation.ts'
import { classifierModel, constantsModel } from './models.ts'

const DUP1 = Uint8Array.of(0x80)
const returnsWord = [op('MSTORE', 0), op('RETURN', 0, 32)]
/** Adds 1 to slot 0 and returns the new value. */
const counter = creating(op('SLOAD', 0), op('ADD', 1), DUP1, op('SSTORE', 0), ...returnsWord)
/** Goes round for as long as the gas lasts. */
const endless = creating(Uint8Array.of(0x5b, 0x5f, 0x56))

let chain: Chain
let pool: CallPool
let counts: string
beforeAll(async () => {
  chain = await createChain()
  counts = (await chain.deploy(counter)).contractAddress
  pool = createCallPool(chain, { workers: 2 })
})
afterAll(() => pool.close())

/** A call by the pool and the same by the chain. */
async function both(request: Parameters<CallPool['call']>[0]) {
  const results = await Promise.all([pool.call(request), chain.call(request)])
  expect(results[0]).toEqual(results[1])
  return results[0]
}

describe('a call', () => {
  test('leaves nothing behind and follows the head', async () => {
    for (let count = 1n; count < 4n; count++) {
      const asked = Array.from({ length: 6 }, () => both({ to: counts }))
      expect((await Promise.all(asked)).map(({ returnValue }) => wordOf(returnValue))).toEqual(Array(6).fill(count))
      await chain.sendTransaction({ to: counts })
    }
  })

  test('sees the block that is the head when it is asked for', async () => {
    const before = wordOf((await chain.call({ to: counts })).returnValue)
    const asked = []
    for (let i = 0n; i < 5n; i++) {
      asked.push(pool.call({ to: counts }))
      await chain.sendTransaction({ to: counts })
    }
    const words = (await Promise.all(asked)).map(({ returnValue }) => wordOf(returnValue))
    expect(words).toEqual([0n, 1n, 2n, 3n, 4n].map((step) => before + step))
  })

  test('sees the block, its ancestors, the caller, the value and the data', async () => {
    const fields = [0x30, 0x32, 0x33, 0x34, 0x36, 0x3a, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x4a]
    const store = (index: number, ...pieces: readonly Piece[]) => code(...pieces, op('MSTORE', 32 * index))
    const { contractAddress: to } = await chain.deploy(
      creating(
        ...fields.map((opcode, index) => store(index, Uint8Array.of(opcode))),
        // BLOCKHASH of the genesis block, of the parent and of the head itself.
        ...[0, 1, 2].map((back) =>
          store(fields.length + back, back === 0 ? 0 : code(back - 1, Uint8Array.of(0x43, 0x03)), Uint8Array.of(0x40)),
        ),
        op('RETURN', 0, 32 * (fields.length + 3)),
      ),
    )
    const from = developmentAccounts[3]?.address as string
    for (let i = 0; i < 2; i++) {
      const { returnValue } = await both({ to, from, data: '0x010203', value: 3n, gas: 2n ** 52n })
      expect(returnValue.length).toBe(32 * (fields.length + 3))
      await chain.mine()
    }
  })

  test('ends as the chain’s own does: reverts, halts, logs', async () => {
    const endings = [
      creating(op('MSTORE', 0, 42), op('REVERT', 0, 32)),
      creating(op('TFREE', 9, 1)),
      creating(op('MSTORE', 0, 5), code(77, 1, 31, Uint8Array.of(0xa1))),
    ]
    for (const ending of endings) await both({ to: (await chain.deploy(ending)).contractAddress, gas: 50_000 })
    await both({ to: developmentAccounts[5]?.address as string })
  })

  test('is refused as the chain’s own is', async () => {
    const requests = [
      { to: '0x12' },
      { to: counts, data: '0x1' },
      { to: counts, from: 'me' },
      { to: counts, gas: -1 },
      { to: counts, gas: 1.5 },
    ]
    for (const request of requests) {
      const refusal = await chain.call(request).catch((error: Error) => error)
      expect(refusal).toBeInstanceOf(Error)
      await expect(pool.call(request)).rejects.toThrow(refusal as Error)
    }
  })

  test('has the data that it was asked with', async () => {
    const { contractAddress: to } = await chain.deploy(creating(code(0, Uint8Array.of(0x35)), ...returnsWord))
    const data = new Uint8Array(32).fill(7)
    // More than there are threads, so that one has to wait.
    const asked = [1, 2, 3].map(() => pool.call({ to, data }))
    data.fill(0)
    for (const { returnValue } of await Promise.all(asked)) expect(returnValue).toEqual(new Uint8Array(32).fill(7))
  })
})

describe('models', () => {
  const input = tensorOf(
    'int8',
    [1, 16],
    Array.from({ length: 16 }, (_, index) => index * 7 - 50),
  )

  test('registered after the threads started', async () => {
    const root = registrationOf(classifierModel()).root
    const data = Buffer.concat([Buffer.from(root.slice(2), 'hex'), tensorBytes(input)])
    const request = { to: DEFAULT_PRECOMPILE_ADDRESS, data }
    expect((await both(request)).haltCode).toBe('UnknownModel')
    await chain.registerModel(classifierModel())
    const results = await Promise.all([request, request, request].map(both))
    for (const { status, returnValue } of results) expect([status, returnValue.length]).toEqual([1, 7])
  })

  test('whose bytes the store lacks, then has', async () => {
    const program = constantsModel()
    const registration = registrationOf(program)
    const loads = creating(
      ...[op('TMODELLOAD', BigInt(registration.root), 1, 0, 4), op('TMSTORE', 1, 0), op('RETURN', 0, 16)],
    )
    const { contractAddress: to } = await chain.deploy(loads)
    await chain.sendTransaction({ to: chain.genesis.registry, data: encodeRegistration(registration) })
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await pool.call({ to }).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(MissingModelError)
      expect(error).toEqual(await chain.call({ to }).catch((caught: unknown) => caught))
    }
    await chain.store.put(program)
    expect((await both({ to })).returnValue.slice(0, 4)).toEqual(Uint8Array.of(1, 0, 0, 0))
  })

  test('whose store fails', async () => {
    const failing = await createChain({
      store: { ...chain.store, get: () => Promise.reject(new RangeError('the disk is on fire')) },
    })
    const { root } = await failing.registerModel(classifierModel())
    const few = createCallPool(failing, { workers: 1 })
    const asked = few.call({ to: DEFAULT_PRECOMPILE_ADDRESS, data: root })
    await expect(asked).rejects.toThrow(new RangeError('the disk is on fire'))
    await few.close()
  })
})

test('forks come into force at their blocks', async () => {
  const parameters = { tensorBaseGas: 5000 }
  const forked = await createChain({
    genesis: defaultGenesis({ tensorBlock: 2, forks: [{ name: 'dearer', block: 4, parameters }] }),
  })
  const { contractAddress: to } = await forked.deploy(creating(op('TSPACE'), ...returnsWord))
  const calls = createCallPool(forked, { workers: 1 })
  const asked = []
  const expected = []
  for (let block = 1; block < 6; block++) {
    asked.push(calls.call({ to }))
    expected.push(await forked.call({ to }))
    await forked.mine()
  }
  expect(await Promise.all(asked)).toEqual(expected)
  expect(expected.map(({ status }) => status)).toEqual([0, 1, 1, 1, 1])
  const gas = expected.map(({ gasUsed }) => Number(gasUsed))
  expect((gas[3] as number) - (gas[2] as number)).toBe(5000 - 100)
  await calls.close()
})

describe('threads', () => {
  test('one that stops rejects its call and is replaced', async () => {
    const database = { ...chain.database, entries: chain.database.entries }
    const few = createCallPool({ ...chain, database }, { workers: 1 })
    expect(await few.call({ to: counts })).toEqual(await chain.call({ to: counts }))
    database.entries = []
    await chain.sendTransaction({ to: counts })
    const outcomes = await Promise.allSettled([
      few.call({ to: counts }),
      few.call({ to: counts }).finally(() => {
        database.entries = chain.database.entries
      }),
      few.call({ to: counts }),
    ])
    const message = 'the thread that ran the call stopped: State trie does not contain state root'
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
    expect((outcomes[0] as PromiseRejectedResult).reason.message).toBe(message)
    expect((outcomes[2] as PromiseFulfilledResult<unknown>).value).toEqual(await chain.call({ to: counts }))
    await few.close()
  })

  test('a signal ends calls that wait and calls that run', async () => {
    const { contractAddress: to } = await chain.deploy(endless)
    const few = createCallPool(chain, { workers: 1 })
    await few.call({ to: counts })
    const [running, waiting] = [new AbortController(), new AbortController()]
    const asked = [running, waiting].map(({ signal }) => few.call({ to, gas: Number.MAX_SAFE_INTEGER }, { signal }))
    const last = few.call({ to: counts })
    waiting.abort('no longer wanted')
    await expect(asked[1]).rejects.toBe('no longer wanted')
    running.abort(new Error('took too long'))
    await expect(asked[0]).rejects.toThrow('took too long')
    expect(await last).toEqual(await chain.call({ to: counts }))
    await expect(few.call({ to: counts }, { signal: AbortSignal.abort('at once') })).rejects.toBe('at once')
    await few.close()
  })

  test('a closed pool rejects what runs, what waits and what is asked for later', async () => {
    const { contractAddress: to } = await chain.deploy(endless)
    const few = createCallPool(chain, { workers: 1 })
    await few.call({ to: counts })
    const asked = Promise.allSettled([to, counts].map((address) => few.call({ to: address, gas: 2 ** 50 })))
    await few.close()
    for (const outcome of await asked) expect((outcome as PromiseRejectedResult).reason.message).toMatch('was closed')
    await expect(few.call({ to: counts })).rejects.toThrow('the call pool was closed')
  })

  test.each([0, 257, 1.5])('%s of them are refused', (workers) => {
    expect(() => createCallPool(chain, { workers })).toThrow(
      new RangeError(`workers: expected an integer in 1..256, found ${workers}`),
    )
  })
})
