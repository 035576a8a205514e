import { parentPort } from 'node:worker_threads'
import { compileSources, generatePlainContract, plainSettings } from '../compiler-ext/index.ts'
import { toFailure } from '../evm-ext/thread.ts'
import { compileModel } from '../inference/index.ts'
import { decodeModel } from '../model/index.ts'
import type { CompileOrder, CompileReply } from './compileMessages.ts'
import type { ContractCode } from './contracts.ts'

// A thread that compiles contracts of models.

const port = parentPort
if (port === null) throw new Error('compileWorker.ts is run by compileContracts, in a thread')

function compiled({ model, kind }: CompileOrder): ContractCode {
  const program = decodeModel(model)
  if (kind === 'instructions') return { kind, compiled: compileModel(program) }
  const { name, source, dataInitCodes } = generatePlainContract(program, { arithmetic: kind })
  const contract = compileSources({ [`${name}.sol`]: source }, plainSettings)[`${name}.sol`]?.[name]
  if (contract === undefined) throw new Error(`the compiler gave no contract ${name}`)
  return { kind, compiled: { bytecode: `0x${contract.evm.bytecode.object}`, dataInitCodes } }
}

function reply(order: CompileOrder): CompileReply {
  try {
    return { kind: 'compiled', code: compiled(order) }
  } catch (error) {
    return { kind: 'failed', failure: toFailure(error) }
  }
}

port.on('message', (order: CompileOrder) => port.postMessage(reply(order)))
