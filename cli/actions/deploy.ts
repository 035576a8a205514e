import { compileModel } from '../../inference/contract.ts'
import { modelRoot, type Program } from '../../model/index.ts'
import type { Rounding } from '../choices.ts'
import { UsageError } from '../errors.ts'
import { interruptible } from '../interrupt.ts'
import { loadModel } from '../models.ts'
import { chainSpecOf } from '../nodeChain.ts'
import { connect, type RpcClient, RpcFailure } from '../rpcClient.ts'
import { createSender, type SenderOptions } from '../sender.ts'

type DeployOptions = SenderOptions & {
  readonly rpcUrl: string
  readonly rounding?: Rounding
  readonly json?: boolean
}

/** @throws {UsageError} when contracts can't load a model yet */
async function checkRegistered(client: RpcClient, program: Program, modelPath: string): Promise<void> {
  const root = modelRoot(program)
  const models = await client.send<{ root: string; isRegistered: boolean }[]>('tensor_listModels')
  if (models.some((model) => model.root === root && model.isRegistered)) return
  throw new UsageError(
    `${modelPath}: its weights are too large for code, so it has to be registered first: tensor-evm publish ${modelPath} --rpc-url ${client.url}`,
  )
}

/** Creates a model's contract on a chain; see the command's help. */
export async function deploy(modelPath: string, options: DeployOptions): Promise<void> {
  const { program } = loadModel(modelPath, options.rounding)
  const client = await connect(options.rpcUrl)
  try {
    await chainSpecOf(client)
    const sender = await createSender(client, options)
    const { bytecode, weights, dataInitCode } = compileModel(program)
    if (weights === 'model') await checkRegistered(client, program, modelPath)
    const create = async (what: string, data: string) => {
      const receipt = await interruptible('a transaction may have been sent', (signal) =>
        sender.send(`${what} was not created`, { data }, signal),
      )
      if (receipt.contractAddress === null) throw new UsageError(`${what} was not created: transaction ${receipt.hash}`)
      return { ...receipt, address: receipt.contractAddress, gas: Number(receipt.gasUsed) }
    }
    const account =
      dataInitCode === undefined
        ? undefined
        : await create('the account with the weights', `0x${Buffer.from(dataInitCode).toString('hex')}`)
    const argument = account === undefined ? '' : account.address.slice(2).toLowerCase().padStart(64, '0')
    const contract = await create('the contract', `${bytecode}${argument}`)
    const report = {
      address: contract.address,
      ...(account === undefined ? {} : { weights: account.address }),
      transaction: contract.hash,
      block: contract.blockNumber,
      gas: contract.gas + (account?.gas ?? 0),
    }
    if (options.json) console.log(JSON.stringify(report))
    else for (const [name, value] of Object.entries(report)) console.log(`${name.padEnd(12)} ${shown(value)}`)
  } catch (error) {
    throw error instanceof RpcFailure ? new UsageError(`${options.rpcUrl}: ${error.message}`) : error
  } finally {
    client.close()
  }
}

function shown(value: string | number): string {
  return typeof value === 'number' ? value.toLocaleString('en') : value
}
