import { describe, expect, test } from 'vitest'
import { developmentAccounts, type Hex } from '../../evm-ext/index.ts'
import { createAccounts } from '../../node/accounts/createAccounts.ts'

describe('accounts', () => {
  test('are those of anvil and Hardhat, also where they are derived', () => {
    const expected = developmentAccounts.map(({ address }) => address)
    expect(createAccounts().addresses()).toEqual(expected)
    const derived = createAccounts({ count: 12 })
    expect(derived.addresses().slice(0, 10)).toEqual(expected)
    expect(derived.addresses()[10]).toBe('0xbcd4042de499d14e55001ccbb24a551f3b954096')
    for (const { address, privateKey } of developmentAccounts) expect(derived.keyOf(address)).toEqual(privateKey)
    expect(createAccounts({ count: 1 }).addresses()).toEqual(expected.slice(0, 1))
  })

  test('of other words are others', () => {
    const mnemonic = ' abandon abandon abandon abandon abandon abandon abandon abandon  abandon abandon abandon about\n'
    expect(createAccounts({ mnemonic, count: 1 }).addresses()).toEqual(['0x9858effd232b4033e47d90003d41ec34ecaeda94'])
  })

  test('keys are found whatever the case of the address', () => {
    const accounts = createAccounts()
    const [address] = accounts.addresses() as [Hex]
    expect(accounts.keyOf(`0x${address.slice(2).toUpperCase()}`)).toEqual(developmentAccounts[0]?.privateKey)
    expect(accounts.keyOf(`0x${'00'.repeat(20)}`)).toBeUndefined()
  })

  test.each([0, 1001, 1.5, Number.NaN])('%s of them is refused', (count) => {
    expect(() => createAccounts({ count })).toThrow(`accounts: expected an integer in 1..1000, found ${count}`)
  })

  test('words that are no mnemonic are refused, and not repeated', () => {
    expect(() => createAccounts({ mnemonic: 'secret words' })).toThrow(
      /^mnemonic: expected 12, 15, 18, 21 or 24 words of BIP-39 with a valid checksum$/,
    )
  })

  test('one or all are acted for', () => {
    const accounts = createAccounts()
    const address: Hex = `0x${'Ab'.repeat(20)}`
    const lower = address.toLowerCase() as Hex
    expect(accounts.isImpersonated(address)).toBe(false)
    accounts.impersonate(address)
    expect(accounts.isImpersonated(lower)).toBe(true)
    accounts.stopImpersonating(lower)
    expect(accounts.isImpersonated(address)).toBe(false)
    accounts.impersonateAll(true)
    expect(accounts.isImpersonated(lower)).toBe(true)
    accounts.impersonateAll(false)
    expect(accounts.isImpersonated(lower)).toBe(false)
  })
})
