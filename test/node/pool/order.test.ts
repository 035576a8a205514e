import fc from 'fast-check'
import { expect, test } from 'vitest'
import { feesOf, tipAt } from '../../../node/pool/fees.ts'
import { inOrder } from '../../../node/pool/order.ts'
import { createSenderEntries, type Entry } from '../../../node/pool/sender.ts'
import { openChain, unsigned } from '../chain/setup.ts'

const BASE_FEE = 10n

test('whatever waits, what is taken is what a plain search takes', async () => {
  const chain = await openChain()
  const entry = fc.record({
    sender: fc.integer({ min: 0, max: 3 }),
    nonce: fc.bigInt(0n, 5n),
    maxFeePerGas: fc.bigInt(8n, 15n),
    tip: fc.bigInt(0n, 6n),
  })
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), fc.bigInt(0n, 12n * 21_000n * 4n), (given, balance) => {
      const senders = new Map<number, ReturnType<typeof createSenderEntries>>()
      given.forEach(({ sender, nonce, maxFeePerGas, tip }, arrival) => {
        const maxPriorityFeePerGas = tip < maxFeePerGas ? tip : maxFeePerGas
        const transaction = unsigned(chain, { nonce, maxFeePerGas, maxPriorityFeePerGas })
        const entries = senders.get(sender) ?? createSenderEntries(`0x${sender}`)
        entries.put({ hash: `0x${arrival}`, from: `0x${sender}`, transaction, arrival, isAnnounced: false })
        senders.set(sender, entries)
      })
      const pending = [...senders.values()].map((entries) => entries.pending({ nonce: 1n, balance }))
      for (const entries of pending) {
        expect(entries.map(({ transaction }) => transaction.nonce)).toEqual(
          entries.map((_, index) => BigInt(index + 1)),
        )
        const cost = entries.reduce((sum, { transaction }) => sum + 21_000n * feesOf(transaction).maxFeePerGas, 0n)
        expect(cost).toBeLessThanOrEqual(balance)
      }
      // The plain search: again and again the best of those that are next for their sender.
      const left = pending.map((entries) => [...entries])
      const expected: Entry[] = []
      const tipOf = ({ transaction }: Entry) => tipAt(feesOf(transaction), BASE_FEE)
      for (;;) {
        const heads = left.flatMap(([head]) => (head !== undefined && tipOf(head) >= 0n ? [head] : []))
        heads.sort((a, b) => Number(tipOf(b) - tipOf(a)) || a.arrival - b.arrival)
        const best = heads[0]
        if (best === undefined) break
        expected.push(best)
        left.find(([head]) => head === best)?.shift()
      }
      expect(inOrder(pending, BASE_FEE, 0n)).toEqual(expected)
    }),
    { numRuns: 40 },
  )
})
