import { describe, expect, it } from 'vitest'
import { difference, responseMistake } from '../../../scripts/conformance/rpc/compare.ts'
import { findMistakes, type RpcOutcome } from '../../../scripts/conformance/rpc/exceptions.ts'
import { readRpcTest } from '../../../scripts/conformance/rpc/ioFile.ts'

describe('a file of requests and responses', () => {
  it('gives exchanges in order', () => {
    const text = '// what it is\n>> {"id":1}\n<< {"id":1,"result":"0x1"}\n\n>>  {"id":2}\n<<  {"id":2}\n'
    expect(readRpcTest('eth_a/b', text)).toEqual({
      ...{ name: 'eth_a/b', formOnly: false },
      exchanges: [
        { request: { id: 1 }, expected: { id: 1, result: '0x1' } },
        { request: { id: 2 }, expected: { id: 2 } },
      ],
    })
  })

  it('may say that values depend on the client, at its beginning', () => {
    expect(readRpcTest('a', '// x\n// speconly: form\n>> {}\n<< {}').formOnly).toBe(true)
    expect(readRpcTest('a', '>> {}\n<< {}\n// speconly: form').formOnly).toBe(false)
  })

  it.each([
    ['>> {}', 'the last request has no response'],
    ['<< {}', 'a, line 1: expected a comment, request or response'],
    ['>> {}\n>> {}', 'a, line 2: expected'],
    ['>> {', 'a, line 1: '],
    ['hello', 'found hello'],
  ])('%s is refused', (text, message) => {
    expect(() => readRpcTest('a', text)).toThrow(message)
  })
})

describe('a response', () => {
  const result = (value: unknown) => ({ jsonrpc: '2.0', id: 1, result: value })
  const error = (fields: object) => ({ jsonrpc: '2.0', id: 1, error: fields })

  it('has to be the same, whatever the order of members', () => {
    expect(responseMistake(result({ a: 1, b: [1, null] }), result({ b: [1, null], a: 1 }), false)).toBeUndefined()
    expect(responseMistake(result({ a: '0x1' }), result({ a: '0x2' }), false)).toBe(
      'response.result.a: expected "0x1", found "0x2"',
    )
    expect(responseMistake(result([1]), result([1, 2]), false)).toBe('response.result: expected [1], found [1,2]')
    expect(responseMistake(result({}), result({ a: null }), false)).toBe(
      'response.result.a: expected nothing, found null',
    )
    expect(responseMistake(result([[{ a: 1 }]]), result([[{ a: 2 }]]), false)).toMatch(/^response.result\[0\]\[0\].a/)
    expect(difference(null, [], 'x')).toBe('x: expected null, found []')
    expect(responseMistake(result(null), { jsonrpc: '2.0', id: 1 }, false)).toMatch('expected null, found nothing')
  })

  it('that is an error may have another message, and nothing else', () => {
    const expected = error({ code: 3, message: 'execution reverted', data: '0x01' })
    expect(responseMistake(expected, error({ code: 3, message: 'other', data: '0x01' }), false)).toBeUndefined()
    expect(responseMistake(expected, error({ code: -32000, message: 'other', data: '0x01' }), false)).toMatch(
      'error.code',
    )
    expect(responseMistake(expected, error({ code: 3, message: 'other' }), false)).toMatch('error.data')
    expect(responseMistake(expected, result('0x'), false)).toMatch('response.error')
    expect(responseMistake(result('0x'), expected, true)).toMatch('expected, not found')
  })

  it('of which the form counts may have other values of the same kinds', () => {
    const expected = result({
      gas: '0x5208',
      list: [
        { pc: 0, op: 'STOP' },
        { pc: 1, op: 'ADD', error: 'x' },
      ],
    })
    const found = (fields: object) => responseMistake(expected, result({ gas: '0x1', list: [], ...fields }), true)
    expect(found({})).toBeUndefined()
    expect(found({ list: [{ pc: 7, op: 'MATMUL' }] })).toBeUndefined()
    expect(found({ list: [{ pc: 7, op: 'MATMUL', error: 'y' }] })).toBeUndefined()
    expect(found({ gas: 21000 })).toBe('response.result.gas: expected hex, found 21000')
    expect(found({ list: [{ op: 'MATMUL' }] })).toBe('response.result.list[0].pc: expected, not found')
    expect(found({ list: [{ pc: 'x', op: 'MATMUL' }] })).toMatch('response.result.list[0].pc: expected a value')
    expect(found({ list: null })).toBe('response.result.list: expected a list, found null')
    // Addresses as names are data.
    expect(responseMistake(result({ pending: { '0x12': 1 } }), result({ pending: {} }), true)).toBeUndefined()
  })
})

describe('the list of exceptions', () => {
  const passed: RpcOutcome = { kind: 'passed' }
  const failed: RpcOutcome = { kind: 'failed', detail: 'other value' }
  const skipped: RpcOutcome = { kind: 'skipped', method: 'eth_b' }
  const outcomes = new Map<string, RpcOutcome>([
    ['eth_a/one', passed],
    ['eth_a/two', failed],
    ['eth_b/one', skipped],
  ])

  it('has to name all that do not pass', () => {
    expect(findMistakes(outcomes, { methods: { eth_b: 'why' }, tests: { 'eth_a/two': 'why' } })).toEqual([])
    expect(findMistakes(outcomes, { methods: {}, tests: {} })).toEqual([
      'eth_a/two: other value',
      'eth_b/one: the method eth_b is not served',
    ])
  })

  it('may name none that pass, nor methods that are served', () => {
    const mistakes = findMistakes(outcomes, {
      methods: { eth_a: 'why', eth_b: 'why', eth_c: 'not run' },
      tests: { 'eth_a/one': 'why', 'eth_a/two': 'why', 'eth_c/one': 'not run' },
    })
    expect(mistakes).toEqual([
      'eth_a/one: in the list of failing tests, and passed',
      'eth_a: in the list of methods that are not served, and no test of it was skipped',
    ])
  })
})
