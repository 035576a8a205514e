import { describe, expect, test } from 'vitest'
import { GenesisError, readTensorGenesis } from '../../evm-ext/index.ts'
import { genesisJSON } from './genesisJSON.ts'

const A = `0x${'aa'.repeat(20)}`
const B = `0x${'bb'.repeat(20)}`

describe('what a genesis file says wrongly is said in one line', () => {
  const fork = { name: 'cheaper', time: 200, parameters: {} }
  const cases: [name: string, json: unknown, message: string][] = [
    ['an unknown key at the top', genesisJSON({}, { aloc: {} }), 'genesis: aloc: no such key; did you mean alloc?'],
    ['a key like no other', genesisJSON({}, { comment: 'x' }), 'genesis: comment: no such key'],
    ['not an object', [], 'genesis: expected an object, found an array'],
    ['no config', { alloc: {} }, 'genesis: config: expected an object, found nothing'],
    ['chain id as text', genesisJSON({ chainId: '5' }), 'config.chainId: expected a nonnegative integer, found "5"'],
    ['chain id 0', genesisJSON({ chainId: 0 }), 'config.chainId: expected at least 1, found 0'],
    ['clique', genesisJSON({ clique: {} }), 'config.clique: proof of authority is not supported'],
    [
      'a missing fork',
      genesisJSON({ londonBlock: undefined }),
      'config.londonBlock: expected a nonnegative integer, found nothing',
    ],
    [
      'no Shanghai',
      genesisJSON({ shanghaiTime: undefined }),
      'config.shanghaiTime: expected a nonnegative integer, found nothing',
    ],
    [
      'a gap between forks',
      genesisJSON({ pragueTime: undefined }),
      'config.pragueTime: expected a nonnegative integer, because config.osakaTime is given, found nothing',
    ],
    [
      'Ethereum forks out of order',
      genesisJSON({ cancunTime: 9, pragueTime: 8 }),
      'config.pragueTime: expected at least 9, as config.cancunTime, found 8',
    ],
    [
      'EIP-158 apart',
      genesisJSON({ eip158Block: 1, ...later(1) }),
      'config.eip158Block: expected 0, as config.eip155Block, found 1',
    ],
    ['a fork that is not known', genesisJSON({ amsterdamTime: 5 }), 'config.amsterdamTime: no such fork'],
    [
      'a mistyped tensor fork',
      genesisJSON({ tensorrTime: 4 }),
      'config.tensorrTime: no such fork; did you mean tensorTime?',
    ],
    [
      'no tensor fork',
      genesisJSON({ tensorTime: undefined }),
      'config: expected exactly one of tensorTime and tensorBlock',
    ],
    ['two starts', genesisJSON({ tensorBlock: 1 }), 'config: expected exactly one of tensorTime and tensorBlock'],
    [
      'a fractional time',
      genesisJSON({ tensorTime: 1.5 }),
      'config.tensorTime: expected a nonnegative integer, found 1.5',
    ],
    ['a negative time', genesisJSON({ tensorTime: -1 }), 'config.tensorTime: expected a nonnegative integer, found -1'],
    [
      'before Osaka',
      genesisJSON({ osakaTime: 50, tensorTime: 49 }),
      'config.tensorTime: expected at least 50, as config.osakaTime, found 49',
    ],
    [
      'by block before a fork by time',
      genesisJSON({ tensorTime: undefined, tensorBlock: 1, osakaTime: 50 }),
      'config.osakaTime: expected at most 0, the genesis timestamp, because tensorBlock counts by block, found 50',
    ],
    [
      'an unknown blob fork',
      genesisJSON({ blobSchedule: { osaca: {} } }),
      'config.blobSchedule.osaca: no such fork; did you mean osaka?',
    ],
    [
      'a blob fork without its schedule',
      genesisJSON({ bpo1Time: 9 }),
      'config.blobSchedule.bpo1: expected an object, found nothing',
    ],
    [
      'a blob schedule with a hole',
      genesisJSON({ blobSchedule: { osaka: { target: 6, max: 9 } } }),
      'config.blobSchedule.osaka.baseFeeUpdateFraction: expected a nonnegative integer, found nothing',
    ],
    ['tensor of the wrong type', genesisJSON({ tensor: 5 }), 'config.tensor: expected an object, found 5'],
    [
      'an unknown key',
      genesisJSON({ tensor: { registrer: A } }),
      'config.tensor.registrer: no such key; did you mean registrar?',
    ],
    [
      'a short address',
      genesisJSON({ tensor: { precompile: '0x12' } }),
      'config.tensor.precompile: expected 20 bytes of hex, found "0x12"',
    ],
    [
      'a bad digit',
      genesisJSON({ tensor: { registrar: `0x${'g'.repeat(40)}` } }),
      `config.tensor.registrar: expected 20 bytes of hex, found "0x${'g'.repeat(40)}"`,
    ],
    [
      'a standard precompile',
      genesisJSON({ tensor: { precompile: `0x${'0'.repeat(37)}100` } }),
      `config.tensor.precompile: expected at least 0x200, for lower addresses are those of standard precompiles, found "0x${'0'.repeat(37)}100"`,
    ],
    [
      'one address for both',
      genesisJSON({ tensor: { precompile: A, registry: A } }),
      `config.tensor.registry: expected an address other than the precompile's, found "${A}"`,
    ],
    [
      'precompile in alloc',
      genesisJSON({ tensor: { precompile: A } }, { alloc: { [A]: { balance: '1' } } }),
      `config.tensor.precompile: expected an address that alloc does not use, found "${A}"`,
    ],
    [
      'registry in alloc',
      genesisJSON(
        { tensor: { registry: B.toUpperCase().replace('0X', '0x') } },
        { alloc: { [B.slice(2)]: { balance: '1' } } },
      ),
      `config.tensor.registry: expected an address that alloc does not use, found "${B}"`,
    ],
    [
      'an unknown parameter',
      genesisJSON({ tensor: { parameters: { tensorBasGas: 1 } } }),
      'config.tensor.parameters.tensorBasGas: no such parameter; did you mean tensorBaseGas?',
    ],
    [
      'negative gas',
      genesisJSON({ tensor: { parameters: { tensorBaseGas: -1 } } }),
      'config.tensor.parameters.tensorBaseGas: expected an integer in 0..2^53-1, found -1',
    ],
    [
      'decimal gas',
      genesisJSON({ tensor: { parameters: { tensorPageGas: 1.5 } } }),
      'config.tensor.parameters.tensorPageGas: expected an integer in 0..2^53-1, found 1.5',
    ],
    [
      'gas as text',
      genesisJSON({ tensor: { parameters: { tensorPageGas: '7' } } }),
      'config.tensor.parameters.tensorPageGas: expected an integer in 0..2^53-1, found "7"',
    ],
    [
      'an arena of broken granules',
      genesisJSON({ tensor: { parameters: { tensorArenaBytes: 100 } } }),
      'config.tensor.parameters.tensorArenaBytes: expected a multiple of 64 up to 1073676288, found 100',
    ],
    [
      'a registry where blocks write',
      genesisJSON({ tensor: { registry: '0x0000F90827F1C53a10cb7A02335B175320002935' } }),
      'config.tensor.registry: expected an address that the protocol does not write to, found "0x0000f908',
    ],
    [
      'a registrar that is a contract of the fork',
      genesisJSON({ tensor: { registrar: '0x000000000000000000000000000000000000ae01' } }),
      'config.tensor.registrar: expected an account that can send transactions, found "0x',
    ],
    [
      'forks of the wrong type',
      genesisJSON({ tensor: { forks: {} } }),
      'config.tensor.forks: expected an array, found an object',
    ],
    [
      'a fork without a name',
      genesisJSON({ tensor: { forks: [{ ...fork, name: undefined }] } }),
      'config.tensor.forks[0].name: expected a name of letters and digits, found nothing',
    ],
    [
      'a fork named like an EIP',
      genesisJSON({ tensor: { forks: [{ ...fork, name: '900001' }] } }),
      'config.tensor.forks[0].name: expected a name of letters and digits, found "900001"',
    ],
    [
      'a fork named like another',
      genesisJSON({ tensor: { forks: [fork, fork] } }),
      'config.tensor.forks[1].name: expected a name that no other fork has, found "cheaper"',
    ],
    [
      "a fork named like Ethereum's",
      genesisJSON({ tensor: { forks: [{ ...fork, name: 'bpo2' }] } }),
      'config.tensor.forks[0].name: expected a name that no other fork has, found "bpo2"',
    ],
    [
      'a fork before the first',
      genesisJSON({ tensorTime: 300, tensor: { forks: [fork] } }),
      'config.tensor.forks[0].time: expected at least 300, as config.tensorTime, found 200',
    ],
    [
      'forks out of order',
      genesisJSON({ tensor: { forks: [fork, { ...fork, name: 'dearer', time: 150 }] } }),
      'config.tensor.forks[1].time: expected at least 200, as config.tensor.forks[0].time, found 150',
    ],
    [
      'a fork by block on a chain by time',
      genesisJSON({ tensor: { forks: [{ ...fork, block: 3 }] } }),
      'config.tensor.forks[0].block: expected time instead, as config.tensorTime counts',
    ],
    [
      'a fork without parameters',
      genesisJSON({ tensor: { forks: [{ ...fork, parameters: undefined }] } }),
      'config.tensor.forks[0].parameters: expected an object, found nothing',
    ],
    [
      'a fork with a bad parameter',
      genesisJSON({ tensor: { forks: [{ ...fork, parameters: { tensorBaseGas: 0.5 } }] } }),
      'config.tensor.forks[0].parameters.tensorBaseGas: expected an integer in 0..2^53-1, found 0.5',
    ],
    ['no alloc', genesisJSON({}, { alloc: undefined }), 'alloc: expected an object, found nothing'],
    [
      'an account without a balance',
      genesisJSON({}, { alloc: { [A]: {} } }),
      `alloc["${A}"].balance: expected a nonnegative number of at most 256 bits, found nothing`,
    ],
    [
      'a negative balance',
      genesisJSON({}, { alloc: { [A]: { balance: '-1' } } }),
      `alloc["${A}"].balance: expected a nonnegative number of at most 256 bits, found "-1"`,
    ],
    [
      'an address of 19 bytes',
      genesisJSON({}, { alloc: { '0x12': { balance: '1' } } }),
      'alloc["0x12"]: expected 20 bytes of hex, found "0x12"',
    ],
    [
      'an account twice',
      genesisJSON({}, { alloc: { [A]: { balance: '1' }, [A.slice(2)]: { balance: '1' } } }),
      `alloc["${A.slice(2)}"]: the address is listed twice`,
    ],
    [
      'code with half a byte',
      genesisJSON({}, { alloc: { [A]: { balance: '1', code: '0x123' } } }),
      `alloc["${A}"].code: expected hex, found "0x123"`,
    ],
    [
      'a storage value too long',
      genesisJSON({}, { alloc: { [A]: { balance: '1', storage: { '0x00': `0x${'01'.repeat(33)}` } } } }),
      `alloc["${A}"].storage["0x00"]: expected 1 to 32 bytes of hex, found "0x${'01'.repeat(27)}...`,
    ],
    [
      'no gas limit',
      genesisJSON({}, { gasLimit: undefined }),
      'gasLimit: expected a nonnegative number of at most 63 bits, found nothing',
    ],
    [
      'a long extraData',
      genesisJSON({}, { extraData: `0x${'00'.repeat(33)}` }),
      'extraData: expected 0 to 32 bytes of hex, found',
    ],
  ]
  test.each(cases)('%s', (_name, json, message) => {
    let error: unknown
    try {
      readTensorGenesis(json)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(GenesisError)
    expect((error as Error).message).toContain(message)
    expect((error as Error).message).not.toContain('\n')
    expect((error as Error).message).toMatch(/^genesis: /)
  })

  function later(block: number): Record<string, number> {
    const forks = ['byzantium', 'constantinople', 'petersburg', 'istanbul', 'berlin', 'london']
    return Object.fromEntries(forks.map((name) => [`${name}Block`, block]))
  }
})
