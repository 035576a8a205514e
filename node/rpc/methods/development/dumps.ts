import { bytesToHex } from '@ethereumjs/util'
import { DumpError } from '../../../dump/form.ts'
import { dumpBytes, loadState } from '../../../dump/state.ts'
import { ModelFileError } from '../../../models/check.ts'
import { RpcError, rpcCodes } from '../../errors.ts'
import { type Methods, method } from '../../method.ts'
import { data, flag, parameters } from '../../params.ts'
import { named, namesOf } from './names.ts'

/** Methods that give and take the node's state as a whole. */
export const dumpMethods: Methods = {
  ...named(
    namesOf('dumpState'),
    // anvil asks whether the blocks of the past are wanted. They are always part of it.
    method(parameters(flag.optional()), async (_, services) => {
      try {
        return bytesToHex(await dumpBytes(services))
      } catch (error) {
        if (error instanceof RangeError) throw new RpcError(rpcCodes.limitExceeded, error.message)
        throw error
      }
    }),
  ),
  ...named(
    namesOf('loadState'),
    method(parameters(data), async ([dump], services) => {
      try {
        await loadState(services, dump)
        return true
      } catch (error) {
        if (error instanceof DumpError || error instanceof ModelFileError || error instanceof RangeError)
          throw new RpcError(rpcCodes.invalidParams, error.message)
        throw error
      }
    }),
  ),
}
