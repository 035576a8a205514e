import type { Hex } from '../../../evm-ext/index.ts'

// What ethereum/tests, ethereum/legacytests and ethereum/execution-spec-tests call state tests:
// https://ethereum-tests.readthedocs.io/en/latest/test_filler/state_filler.html, and the "State Tests" page of
// https://eest.ethereum.org.

type Account = {
  readonly balance: Hex
  readonly nonce: Hex
  readonly code: Hex
  readonly storage: Readonly<Record<Hex, Hex>>
}

/** The block that a test's transaction is in. */
type Environment = {
  readonly currentCoinbase: Hex
  readonly currentDifficulty?: Hex
  readonly currentGasLimit: Hex
  readonly currentNumber: Hex
  readonly currentTimestamp: Hex
  readonly currentBaseFee?: Hex
  readonly currentRandom?: Hex
  readonly currentExcessBlobGas?: Hex
}

type AccessList = readonly { readonly address: Hex; readonly storageKeys: readonly Hex[] }[]

/** A transaction, with all the values that its cases choose among. */
type TransactionTemplate = {
  readonly nonce: Hex
  readonly gasPrice?: Hex
  readonly maxFeePerGas?: Hex
  readonly maxPriorityFeePerGas?: Hex
  readonly to: Hex | ''
  readonly secretKey: Hex
  readonly data: readonly Hex[]
  readonly gasLimit: readonly Hex[]
  readonly value: readonly Hex[]
  readonly accessLists?: readonly (AccessList | null)[]
}

type Indexes = { readonly data: number; readonly gas: number; readonly value: number }

type Post = {
  readonly hash: Hex
  readonly logs: Hex
  readonly indexes: Indexes
  readonly txbytes?: Hex
  readonly expectException?: string
}

type StateTest = {
  readonly env: Environment
  readonly pre: Readonly<Record<Hex, Account>>
  readonly transaction: TransactionTemplate
  readonly post: Readonly<Record<string, readonly Post[]>>
}

/** A transaction of a test that has no bytes of it: what it was made of. */
export type TransactionFields = {
  readonly nonce: Hex
  readonly gasPrice: Hex | undefined
  readonly maxFeePerGas: Hex | undefined
  readonly maxPriorityFeePerGas: Hex | undefined
  readonly to: Hex | undefined
  readonly data: Hex
  readonly gasLimit: Hex
  readonly value: Hex
  readonly accessList: AccessList | undefined
  readonly secretKey: Hex
}

/** One transaction at one fork, and what is to come of it. */
export type StateCase = {
  /** Name of the test, the fork and the indexes of data, gas limit and value: `add11[Cancun d0g0v0]`. */
  readonly name: string
  /** The fork in the words of the tests. */
  readonly fork: string
  readonly env: Environment
  readonly pre: Readonly<Record<Hex, Account>>
  readonly transaction: Hex | TransactionFields
  /** State root after it. */
  readonly root: Hex
  /** keccak256 of the RLP of its logs. */
  readonly logs: Hex
  /** Why no block can have it. */
  readonly exception: string | undefined
}

/** Hex digits with `0x`, even in number: some tests leave either out. */
function bytesHex(text: string): Hex {
  const digits = text.replace(/^0x(?::bigint 0x)?/, '')
  return `0x${digits.length % 2 === 0 ? digits : `0${digits}`}`
}

function fieldsAt(template: TransactionTemplate, { data, gas, value }: Indexes): TransactionFields {
  const { nonce, gasPrice, maxFeePerGas, maxPriorityFeePerGas, to, secretKey, accessLists } = template
  return {
    ...{ nonce, gasPrice, maxFeePerGas, maxPriorityFeePerGas, secretKey: bytesHex(secretKey) },
    to: to === '' ? undefined : bytesHex(to),
    data: bytesHex(template.data[data] as string),
    gasLimit: template.gasLimit[gas] as Hex,
    value: bytesHex(template.value[value] as string),
    accessList: accessLists?.[data] ?? undefined,
  }
}

function isStateTest(value: unknown): value is StateTest {
  return typeof value === 'object' && value !== null && 'env' in value && 'pre' in value && 'post' in value
}

/**
 * The cases of a file of state tests; none where the file has other content.
 *
 * @param text - the file's text
 * @throws {SyntaxError} when it is not JSON
 */
export function readCases(text: string): StateCase[] {
  const json: unknown = JSON.parse(text)
  if (typeof json !== 'object' || json === null) return []
  const cases: StateCase[] = []
  for (const [name, test] of Object.entries(json)) {
    if (!isStateTest(test)) continue
    for (const [fork, posts] of Object.entries(test.post))
      for (const { indexes, hash, logs, txbytes, expectException } of posts)
        cases.push({
          name: `${name}[${fork} d${indexes.data}g${indexes.gas}v${indexes.value}]`,
          ...{ fork, env: test.env, pre: test.pre, root: hash, logs, exception: expectException },
          transaction: txbytes ?? fieldsAt(test.transaction, indexes),
        })
  }
  return cases
}
