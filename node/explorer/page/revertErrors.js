/**
 * Errors of this project's contracts and of Solidity itself, by selector.
 *
 * @type {ReadonlyMap<string, string>}
 */
const revertErrors = new Map([
  ['0x08c379a0', 'Error(string message)'],
  ['0x4e487b71', 'Panic(uint256 code)'],
  ['0x4ba69b45', 'WrongInputLength(uint256 length, uint256 expected)'],
  ['0x9c49c869', 'TensorInstructionNotLowered(uint16 opcode)'],
  ['0xcbca28b1', 'TensorFieldOutOfRange(bytes32 field, int256 low, int256 high)'],
  ['0x782bb3b4', 'DTypeMismatch(string operand, string found, string expected)'],
  ['0x2de834ef', 'ShapeMismatch(string operand, uint256[] found, uint256[] expected)'],
  ['0x2c00f208', 'RankMismatch(string operand, uint256[] found, uint256 expected)'],
  ['0xeeb5828a', 'ShapesDoNotBroadcast(uint256[] a, uint256[] b)'],
  ['0xaeaab1f8', 'ElementCountMismatch(uint256 found, uint256[] expected)'],
  ['0xab8b67c6', 'LengthMismatch(uint256 found, uint256 expected)'],
  ['0x0bf5e8f9', 'CodeTooShort(address account, uint256 found, uint256 expected)'],
  ['0x8baec18e', 'NotAVector(uint256[] found)'],
  ['0x8a07514d', 'AxisOutOfRange(uint256 axis, uint256 rank)'],
  ['0x836eec9b', 'NotAPermutation(uint256[] found, uint256 rank)'],
  ['0x94666f0d', 'IndexOutOfRange(uint256 index, uint256 length)'],
  ['0x5258621b', 'DimensionOutOfRange(uint256 axis, uint256 found, uint256 greatest)'],
  ['0xc30fe618', 'ValueOutOfRange(string what, int256 found, int256 low, int256 high)'],
  ['0x83fefb18', 'ScaleOutOfRange(uint256 numerator, uint256 denominator)'],
  ['0xd914cdc6', 'WindowTooLarge(uint256 axis, uint256 window, uint256 input)'],
  ['0xef895bc3', 'WindowNotSupported(string setting)'],
  ['0xad7104ad', 'ReachExceeded(uint256 found, uint256 greatest)'],
  ['0x53ac4f07', 'NotRegistrar(address caller)'],
  ['0x5fa8f2f2', 'EmptyModel()'],
  ['0x79a63149', 'ZeroRegistrar()'],
])

/** Hex digits of a word. */
const WORD = 64
/** Elements of an array that are drawn at most. */
const SHOWN = 16

/** @param {string} hex @param {number} place - in words */
function wordAt(hex, place) {
  const word = hex.slice(place * WORD, (place + 1) * WORD)
  if (word.length !== WORD) throw new RangeError('the data ends early')
  return word
}

/** @param {string} hex @param {number} place - in words */
function countAt(hex, place) {
  const count = Number(BigInt(`0x${wordAt(hex, place)}`))
  if (count > hex.length) throw new RangeError('the data ends early')
  return count
}

/** Text of UTF-8 in hex. @param {string} hex */
function textOf(hex) {
  const bytes = (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))
  return new TextDecoder().decode(new Uint8Array(bytes))
}

/** @param {string} type - a type of one word @param {string} word */
function staticText(type, word) {
  if (type === 'address') return `0x${word.slice(24)}`
  if (type === 'bytes32') return textOf(word.replace(/(?:00)+$/, ''))
  const value = BigInt(`0x${word}`)
  return (type.startsWith('int') ? BigInt.asIntN(256, value) : value).toLocaleString('en')
}

/**
 * @param {string} type
 * @param {string} hex - the arguments
 * @param {number} place - of the argument, in words
 */
function argumentText(type, hex, place) {
  if (type !== 'string' && !type.endsWith('[]')) return staticText(type, wordAt(hex, place))
  const start = countAt(hex, place) / 32
  const count = countAt(hex, start)
  if (type === 'string') return JSON.stringify(textOf(hex.slice((start + 1) * WORD, (start + 1) * WORD + 2 * count)))
  const elements = Array.from({ length: Math.min(count, SHOWN) }, (_, element) =>
    staticText(type.slice(0, -2), wordAt(hex, start + 1 + element)),
  )
  return `[${elements.join(', ')}${count > SHOWN ? ', …' : ''}]`
}

/**
 * What a revert's data says, as `Name(argument: value, …)`: undefined where the error is not known or malformed.
 *
 * @param {string} data - in hex
 * @returns {string | undefined}
 */
export function revertText(data) {
  const [, name = '', list = ''] = /^(\w+)\((.*)\)$/.exec(revertErrors.get(data.slice(0, 10)) ?? '') ?? []
  if (name === '') return undefined
  const hex = data.slice(10)
  try {
    const texts = list
      .split(', ')
      .filter((argument) => argument !== '')
      .map((argument, place) => {
        const [type = '', label = ''] = argument.split(' ')
        return `${label}: ${argumentText(type, hex, place)}`
      })
    return `${name}(${texts.join(', ')})`
  } catch {
    return undefined
  }
}
