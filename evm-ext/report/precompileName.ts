const names: readonly string[] = [
  'ECRECOVER',
  'SHA256',
  'RIPEMD160',
  'IDENTITY',
  'MODEXP',
  'ECADD',
  'ECMUL',
  'ECPAIRING',
  'BLAKE2F',
  'POINT_EVALUATION',
  'BLS12_G1ADD',
  'BLS12_G1MSM',
  'BLS12_G2ADD',
  'BLS12_G2MSM',
  'BLS12_PAIRING_CHECK',
  'BLS12_MAP_FP_TO_G1',
  'BLS12_MAP_FP2_TO_G2',
]
/** Address of the first precompile that EIP-7587 leaves to rollups. */
const P256VERIFY = 0x100n

/** Name of the precompile at an address, as the EIPs call it; the address where they have none. */
export function precompileName(address: string): string {
  const number = BigInt(address)
  if (number === P256VERIFY) return 'P256VERIFY'
  return names[Number(number) - 1] ?? `precompile ${address}`
}
