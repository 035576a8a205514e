import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BlockBytes, createBlockFromBytesArray } from '@ethereumjs/block'
import { RLP } from '@ethereumjs/rlp'
import { bytesToHex } from '@ethereumjs/util'
import { createTensorCommon, readTensorGenesis, type TensorGenesis } from '../../../evm-ext/index.ts'
import { type RunningNode, startNode } from '../../../node/index.ts'

/** When the tensor fork starts: after every block of the tests. */
const TENSOR_TIME = 2 ** 40

/**
 * The genesis of the tests with a tensor fork that their blocks do not reach. The registry's code is left out, so that the
 * genesis block is theirs.
 */
function readGenesis(folder: string): TensorGenesis {
  const path = join(folder, 'genesis.json')
  const json = JSON.parse(readFileSync(path, 'utf8'))
  const genesis = readTensorGenesis({ ...json, config: { ...json.config, tensorTime: TENSOR_TIME } }, path)
  const { [genesis.registry]: _, ...alloc } = genesis.geth.alloc
  return { ...genesis, geth: { ...genesis.geth, alloc } }
}

/** Blocks in a file, one after the other. */
function readBlocks(path: string): BlockBytes[] {
  const blocks: BlockBytes[] = []
  for (let rest: Uint8Array = readFileSync(path); rest.length > 0; ) {
    const { data, remainder } = RLP.decode(rest, true)
    blocks.push(data as unknown as BlockBytes)
    rest = remainder
  }
  return blocks
}

/**
 * Starts a node on the chain of execution-apis' tests.
 *
 * @param folder - with genesis.json, chain.rlp and headfcu.json
 * @throws {Error} when a block does not check out, or the last is not the one that headfcu.json names
 */
export async function startTestNode(folder: string): Promise<RunningNode> {
  const genesis = readGenesis(folder)
  const common = createTensorCommon(genesis)
  const node = await startNode({ genesis, port: 0 })
  try {
    const { chain } = node.services
    for (const bytes of readBlocks(join(folder, 'chain.rlp')))
      await chain.importBlock(createBlockFromBytesArray(bytes, { common, setHardfork: true }))
    const head = bytesToHex(chain.head().hash())
    const { params } = JSON.parse(readFileSync(join(folder, 'headfcu.json'), 'utf8'))
    if (head !== params[0].headBlockHash) throw new Error(`expected head ${params[0].headBlockHash}, found ${head}`)
    return node
  } catch (error) {
    await node.close()
    throw error
  }
}
