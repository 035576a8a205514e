import { createContext } from 'preact'

/** Names of accounts that the chain itself has, by address in lower case. */
export const NamesContext = createContext(/** @type {ReadonlyMap<string, string>} */ (new Map()))

/** Ethereum's precompiles and system contracts. */
const ordinary = [
  ['01', 'ecrecover'],
  ['02', 'SHA-256'],
  ['03', 'RIPEMD-160'],
  ['04', 'identity'],
  ['05', 'modexp'],
  ['06', 'BN254 add'],
  ['07', 'BN254 multiply'],
  ['08', 'BN254 pairing'],
  ['09', 'BLAKE2 F'],
  ['0a', 'KZG point evaluation'],
  ['0b', 'BLS12-381 G1 add'],
  ['0c', 'BLS12-381 G1 MSM'],
  ['0d', 'BLS12-381 G2 add'],
  ['0e', 'BLS12-381 G2 MSM'],
  ['0f', 'BLS12-381 pairing'],
  ['10', 'BLS12-381 map to G1'],
  ['11', 'BLS12-381 map to G2'],
  ['0100', 'P-256 verify'],
]

/**
 * @param {{ registry?: string, precompile?: string }} addresses
 * @returns {ReadonlyMap<string, string>}
 */
export function namesOf({ registry, precompile }) {
  const names = new Map(ordinary.map(([number = '', name = '']) => [`0x${number.padStart(40, '0')}`, name]))
  if (registry !== undefined) names.set(registry.toLowerCase(), 'model registry')
  if (precompile !== undefined) names.set(precompile.toLowerCase(), 'inference precompile')
  return names
}
