import { setImmediate } from 'node:timers/promises'
import { PoolError } from '../pool/pool.ts'
import { CallFailure, ReadError } from '../reads/reads.ts'
import { RpcError, rpcCodes } from './errors.ts'
import { callFailure } from './format/failure.ts'
import type { Methods, RequestContext } from './method.ts'
import { parameterMessage } from './params.ts'

export type AnswerLimits = {
  /** Most requests of a batch. */
  readonly batch: number
  /** Most characters that a batch is answered with; what comes after is answered with an error. */
  readonly batchAnswer: number
  /** Most requests that run at a time; more are refused. */
  readonly running: number
}

/** What answers messages of JSON-RPC 2.0. */
export type Answering = {
  /** @returns the answer; undefined where none is asked for. Never rejects */
  answer(message: string, context: RequestContext): Promise<string | undefined>
}

/** JSON-RPC's error object. */
type ErrorObject = { readonly code: number; readonly message: string; readonly data?: unknown }

type Id = string | number | null

/** Milliseconds for which a batch may keep others waiting. */
const TURN_MS = 10

/** An answer that says what went wrong. */
export function errorAnswer(id: Id, code: number, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } })
}

/** What a client is told of an error; undefined for one that nobody foresaw. */
function errorObject(error: unknown): ErrorObject | undefined {
  if (error instanceof RpcError) {
    const { code, message, data } = error
    return data === undefined ? { code, message } : { code, message, data }
  }
  if (error instanceof CallFailure) return errorObject(callFailure(error.result))
  if (error instanceof PoolError || error instanceof ReadError) return { code: error.code, message: error.message }
  return undefined
}

/** An unforeseen error on one line, with the place where it was thrown. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const place = /^\s+at .*$/m.exec(error.stack ?? '')?.[0].trim() ?? ''
  return `${error.name}: ${error.message} ${place}`.replace(/\s+/g, ' ').trim()
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isId(value: unknown): value is Id {
  return value === null || typeof value === 'string' || typeof value === 'number'
}

/** @param log - is told of what nobody foresaw, a line each */
export function createAnswering(methods: Methods, limits: AnswerLimits, log: (line: string) => void): Answering {
  let running = 0

  const result = async (name: string, given: unknown, context: RequestContext): Promise<unknown> => {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined
    if (method === undefined)
      throw new RpcError(rpcCodes.methodNotFound, `the method ${name.slice(0, 80)} does not exist/is not available`)
    if (!Array.isArray(given)) throw new RpcError(rpcCodes.invalidParams, 'non-array args')
    const params = method.params.safeParse(given)
    if (!params.success) throw new RpcError(rpcCodes.invalidParams, parameterMessage(params.error))
    if (running >= limits.running)
      throw new RpcError(rpcCodes.limitExceeded, `${limits.running} requests are under way; try again later`)
    running++
    try {
      return await method.run(params.data, context)
    } finally {
      running--
    }
  }

  /** Answers one request; undefined for a notification. */
  const one = async (request: unknown, context: RequestContext): Promise<string | undefined> => {
    const { jsonrpc, method, id, params }: Record<string, unknown> = isObject(request) ? request : {}
    const isKnownId = id === undefined || isId(id)
    const isParams = params === undefined || typeof params === 'object'
    if (jsonrpc !== '2.0' || typeof method !== 'string' || !isKnownId || !isParams)
      return errorAnswer(isId(id) ? id : null, rpcCodes.invalidRequest, 'invalid request')
    let answer: string
    try {
      // A result that can't be JSON is a mistake of the method, so it is written in here.
      const value = (await result(method, params ?? [], context)) ?? null
      answer = `{"jsonrpc":"2.0","id":${JSON.stringify(id ?? null)},"result":${JSON.stringify(value)}}`
    } catch (error) {
      let told = errorObject(error)
      if (told === undefined) {
        if (!context.signal.aborted) log(`${method.slice(0, 80)}: ${describeFailure(error)}`)
        told = { code: rpcCodes.internalError, message: 'internal error' }
      }
      answer = JSON.stringify({ jsonrpc: '2.0', id: id ?? null, error: told })
    }
    return id === undefined ? undefined : answer
  }

  const batch = async (requests: readonly unknown[], context: RequestContext): Promise<string | undefined> => {
    if (requests.length === 0) return errorAnswer(null, rpcCodes.invalidRequest, 'empty batch')
    if (requests.length > limits.batch) {
      const message = `batch too large: ${requests.length} requests, at most ${limits.batch}`
      return errorAnswer(null, rpcCodes.invalidRequest, message)
    }
    const answers: string[] = []
    let length = 0
    let turn = performance.now()
    for (const request of requests) {
      if (context.signal.aborted) return undefined
      if (performance.now() - turn > TURN_MS) {
        await setImmediate()
        turn = performance.now()
      }
      let answer: string | undefined
      if (length < limits.batchAnswer) answer = await one(request, context)
      else if (isObject(request) && isId(request.id))
        answer = errorAnswer(request.id, rpcCodes.limitExceeded, 'response too large')
      if (answer === undefined) continue
      answers.push(answer)
      length += answer.length
    }
    return answers.length === 0 ? undefined : `[${answers.join(',')}]`
  }

  return {
    async answer(message, context) {
      let parsed: unknown
      try {
        parsed = JSON.parse(message)
      } catch {
        return errorAnswer(null, rpcCodes.parseError, 'parse error')
      }
      return Array.isArray(parsed) ? batch(parsed, context) : one(parsed, context)
    },
  }
}
