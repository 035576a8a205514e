import {
  createBlob4844Tx,
  createBlob4844TxFromSerializedNetworkWrapper,
  createTxFromRLP,
  NetworkWrapperType,
} from '@ethereumjs/tx'
import { bytesToHex, computeVersionedHash, type PrefixedHexString } from '@ethereumjs/util'
import { describe, expect, it, vi } from 'vitest'
import {
  createChain,
  createTensorCommon,
  defaultGenesis,
  developmentAccounts,
  kzg,
  loadKZG,
} from '../../evm-ext/index.ts'

const POINT_EVALUATION = `0x${'0a'.padStart(40, '0')}`
const GENERATOR_G1 =
  '0x97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb'
/** The secret of EIP-4844's ceremony times the generator, from its published setup. */
const SECRET_G1 = '0xad3eb50121139aa34db1d545093ac9374ab7bca2c0f3bf28e27c8dcd8fc7cb42d25926fc0c97b336e9f0fb35e5a04c81'
const INFINITY = `0xc0${'00'.repeat(47)}`
const word = (value: bigint | number) => `0x${value.toString(16).padStart(64, '0')}`

/** Input and output of go-ethereum's test of the precompile, core/vm/testdata/precompiles/pointEvaluation.json. */
const gethVector = {
  input: [
    '01e798154708fe7789429634053cbf9f99b619f9f084048927333fce637f549b',
    '564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306',
    '24d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a1',
    '8f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca25f26936857bc3a7c2539ea8ec3a952b7',
    '873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a',
  ],
  output: `0x${'1000'.padStart(64, '0')}73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001`,
}

/** A blob of numbers that count up. */
const blob = `0x${Array.from({ length: 4096 }, (_, index) => word(index).slice(2)).join('')}`

let computed: [string[], string[]] | undefined

/** Cells of the blob and their proofs, which take seconds. */
function cellsAndProofs(): [string[], string[]] {
  computed ??= kzg.computeCellsAndProofs(blob)
  return computed
}

describe('before the library is loaded', () => {
  it('a Common does not load it, and its methods say so', async () => {
    vi.resetModules()
    const fresh = await import('../../evm-ext/kzg.ts')
    expect(createTensorCommon(defaultGenesis()).customCrypto.kzg).toBe(kzg)
    expect(() => fresh.kzg.verifyProof(SECRET_G1, word(1), word(1), GENERATOR_G1)).toThrow('await loadKZG() first')
  })
})

describe('the point evaluation precompile', () => {
  const call = async (input: readonly string[]) =>
    (await createChain()).call({ to: POINT_EVALUATION, data: `0x${input.join('')}`, gas: 100_000 })

  it("loads the library, and gives go-ethereum's output", async () => {
    const { status, gasUsed, returnValue } = await call(gethVector.input)
    expect({ status, gasUsed, output: bytesToHex(returnValue) }).toEqual({
      ...{ status: 1, gasUsed: 50_000n, output: gethVector.output },
    })
  })

  it('refuses another value, what is no point, and what is no number below the order', async () => {
    const [hash, z, y, commitment, proof] = gethVector.input as [string, string, string, string, string]
    const notPoint = `80${'00'.repeat(46)}07`
    const hashOf = (point: string) => computeVersionedHash(`0x${point}`, 1).slice(2)
    for (const input of [
      [hash, z, z, commitment, proof],
      [hash, 'ff'.repeat(32), y, commitment, proof],
      [hash, z, 'ff'.repeat(32), commitment, proof],
      [hash, z, y, commitment, notPoint],
      [hashOf(notPoint), z, y, notPoint, proof],
      [hash, z, y, commitment, proof.slice(2)],
      [hash.replace('01', '02'), z, y, commitment, proof],
    ]) {
      const { status, gasUsed } = await call(input)
      expect({ status, gasUsed }).toEqual({ status: 0, gasUsed: 100_000n })
    }
  })
})

describe('proofs', async () => {
  await loadKZG()

  it('take the value of p(X) = X at any point, and no other', () => {
    for (const z of [0n, 1n, 0x53eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000000n]) {
      expect(kzg.verifyProof(SECRET_G1, word(z), word(z), GENERATOR_G1)).toBe(true)
      expect(kzg.verifyProof(SECRET_G1, word(z), word(z + 1n), GENERATOR_G1)).toBe(false)
    }
  })

  it('take the value of a constant polynomial, whose quotient is zero', () => {
    expect(kzg.verifyProof(GENERATOR_G1, word(5), word(1), INFINITY)).toBe(true)
    expect(kzg.verifyProof(GENERATOR_G1, word(5), word(2), INFINITY)).toBe(false)
  })

  it('of a blob are taken, those of another are not (EIP-4844)', () => {
    const commitment = kzg.blobToKzgCommitment(blob)
    const proof = kzg.computeBlobProof(blob, commitment)
    expect(kzg.verifyBlobProofBatch([blob, blob], [commitment, commitment], [proof, proof])).toBe(true)
    expect(kzg.verifyBlobProofBatch([blob, blob], [commitment, SECRET_G1], [proof, proof])).toBe(false)
  })

  it('of the cells of several blobs are taken, and none that is wrong (EIP-7594)', () => {
    const BLOBS = 3
    const commitment = kzg.blobToKzgCommitment(blob)
    const [cells, proofs] = cellsAndProofs()
    expect(kzg.computeCells(blob)).toEqual(cells)
    const repeat = <T>(list: readonly T[]) => Array.from({ length: BLOBS }, () => list).flat()
    const [all, indices] = [repeat(cells), repeat(cells.map((_, index) => index))]
    const commitments = all.map(() => commitment)
    expect(kzg.verifyCellKzgProofBatch(commitments, indices, all, repeat(proofs))).toBe(true)
    const wrong = repeat(proofs).with(-1, proofs[0] as string)
    expect(kzg.verifyCellKzgProofBatch(commitments, indices, all, wrong)).toBe(false)
  })

  it('refuse arguments of other lengths', () => {
    const [short, proof] = ['0x1234', kzg.computeBlobProof(blob, kzg.blobToKzgCommitment(blob))]
    expect(kzg.verifyProof(short, word(1), word(1), GENERATOR_G1)).toBe(false)
    expect(kzg.verifyProof(SECRET_G1, word(1), short, GENERATOR_G1)).toBe(false)
    expect(kzg.verifyBlobProofBatch([blob], [SECRET_G1], [short])).toBe(false)
    expect(() => kzg.blobToKzgCommitment(short)).toThrow('Wrong blob')
    expect(() => kzg.computeCells(short)).toThrow('Wrong blob')
    expect(kzg.verifyBlobProofBatch([blob], [SECRET_G1], [])).toBe(false)
    expect(() => kzg.verifyCellKzgProofBatch([SECRET_G1], [0], [], [proof])).toThrow('mismatch')
  })
})

describe('blob transactions', async () => {
  const { privateKey } = developmentAccounts[0] as (typeof developmentAccounts)[number]
  await loadKZG()
  const commitment = kzg.blobToKzgCommitment(blob)

  const commonWith = (forks: { osakaTime?: number }) => {
    const genesis = defaultGenesis()
    const config = { ...genesis.geth.config, ...forks }
    return createTensorCommon({ ...genesis, geth: { ...genesis.geth, config } })
  }

  it.each([
    ['one proof a blob', NetworkWrapperType.EIP4844, { osakaTime: 1 }, () => [kzg.computeBlobProof(blob, commitment)]],
    ['proofs of cells', NetworkWrapperType.EIP7594, {}, () => cellsAndProofs()[1]],
  ] as const)('with %s are checked as they are read from the network', (_, networkWrapperVersion, forks, proofs) => {
    const common = commonWith(forks)
    const signed = createBlob4844Tx(
      {
        ...{ chainId: common.chainId(), nonce: 0, gasLimit: 21_000, to: POINT_EVALUATION as PrefixedHexString },
        ...{ maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n, maxFeePerBlobGas: 10n ** 10n, networkWrapperVersion },
        blobs: [blob as PrefixedHexString],
        kzgCommitments: [commitment as PrefixedHexString],
        kzgProofs: proofs() as PrefixedHexString[],
        blobVersionedHashes: [computeVersionedHash(commitment as PrefixedHexString, 1)],
      },
      { common },
    ).sign(privateKey)
    const bytes = signed.serializeNetworkWrapper()
    const read = createBlob4844TxFromSerializedNetworkWrapper(bytes, { common })
    expect(bytesToHex(read.hash())).toBe(bytesToHex(signed.hash()))
    expect(bytesToHex(createTxFromRLP(signed.serialize(), { common }).hash())).toBe(bytesToHex(signed.hash()))
    const last = bytes.length - 1
    const changed = bytes.with(last, (bytes[last] as number) ^ 1)
    expect(() => createBlob4844TxFromSerializedNetworkWrapper(changed, { common })).toThrow('KZG')
  })
})
