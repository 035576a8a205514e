import { parentPort } from 'node:worker_threads'
import { bytesToHex } from '@ethereumjs/util'
import { encodeRegistration } from '../../evm-ext/registry.ts'
import { decodeModel } from '../../model/file.ts'
import { registrationOf } from '../../model/root.ts'
import type { CheckReply } from './check.ts'

// The thread that reads and hashes one model file.

function reply(file: Uint8Array): CheckReply {
  try {
    const registration = registrationOf(decodeModel(file))
    const { root } = registration
    return { kind: 'checked', model: { root, registration: bytesToHex(encodeRegistration(registration)) } }
  } catch (error) {
    return { kind: 'refused', message: (error as Error).message }
  }
}

parentPort?.once('message', (file: Uint8Array) => parentPort?.postMessage(reply(file)))
