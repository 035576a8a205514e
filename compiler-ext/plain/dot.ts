import { MASK_ADDRESS, type PlainContext, SCRATCH_ADDRESS } from './context.ts'
import { block, type Lines, loop, plus } from './yul.ts'

// Two words of ten lanes of 24 bits, one with its lanes in reverse, have a product whose tenth lane is the sum of the ten
// products of lanes: a polynomial product of which one coefficient is wanted. Lanes hold unsigned bytes, so that sums of up
// to 25 such products stay below 2^24 in every lane, 10 * 25 * 255^2 < 2^24, and nothing is carried from lane to lane.

const LANES = 10
const LANE_BITS = 24
/**
 * Where the lane begins that holds the sum of products: at the top of the word, so that a shift reads it. Values are 16 bits
 * up for it, or less by the bits that weights are up.
 */
const SUM_BIT = 256 - LANE_BITS
const MOST_SHIFT = SUM_BIT - LANE_BITS * (LANES - 1)
/** Words whose products are added up before the lane is read. */
const SEGMENT = 25
/** Three words of lanes lie interleaved in 30 bytes: a mask and shifts by whole bytes take them apart. */
const CHUNK_WORDS = 3
const CHUNK_BYTES = LANES * CHUNK_WORDS
/** From so many uses of a row of weights on, its words are taken apart once, and kept. */
const SPREAD_USES = 14
/** Words that a dot product has as one piece of code; longer ones loop over pieces. */
const UNROLLED_WORDS = 120
const PIECE_WORDS = 24
/** Words whose dot product takes less code than calls of a function are worth. */
const INLINE_WORDS = 4

/** Products of rows of constant weights with values in scratch memory; both are unsigned bytes. */
export type DotLayer = {
  /** Bytes of scratch memory that values take. */
  readonly scratchBytes: number
  /** Bytes of `rows` rows in code accounts. */
  readonly packedBytes: number
  /** The bytes of rows of `depth` unsigned bytes each. */
  pack(rows: readonly (readonly number[])[]): Uint8Array
  /** Statements after packed rows were loaded to `address`. */
  ready(address: number): Lines
  /** Address of the first row, given that of the packed rows, and distance of rows. */
  firstRow(address: number): number
  readonly rowBytes: number
  /** Statement that makes the `depth` bytes at pointer `x` ready in scratch memory. */
  prepare(x: string): string
  /** The sum of products of the row at pointer `w`. */
  dot(w: string): string
}

/** The mask as a literal. */
export const LANE_MASK = `0x${Array.from({ length: LANES }, () => '0000ff').join('')}`

/** For each word, the position of the value in each lane from the lowest up; positions from `depth` on hold none. */
function lanesOf(depth: number): number[][] {
  const full = Math.floor(depth / CHUNK_BYTES)
  const rest = depth - full * CHUNK_BYTES
  const chunks = rest > 2 * LANES ? full + 1 : full
  const words: number[][] = []
  for (let chunk = 0; chunk < chunks; chunk++)
    for (let word = 0; word < CHUNK_WORDS; word++)
      words.push(
        Array.from({ length: LANES }, (_, lane) => CHUNK_BYTES * (chunk + 1) - 1 - (CHUNK_WORDS * lane + word)),
      )
  // Bytes 0, 3, 6, 9 from the right, then 1, 4, 7, then 2, 5, 8: three parts of one word.
  const combined = [0, 3, 6, 9, 1, 4, 7, 2, 5, 8]
  for (let from = chunks * CHUNK_BYTES; from < depth; from += LANES)
    words.push(combined.map((byte) => from + LANES - 1 - byte))
  return words
}

/** Yul that shifts to the left, to the right for a negative number of bits. */
function shifted(value: string, bits: number): string {
  return bits === 0 ? value : bits > 0 ? `shl(${bits}, ${value})` : `shr(${-bits}, ${value})`
}

/** Statements that set `m0`, `m1` and `m2` to masks of lanes whose bytes are 0, 8 and 16 bits up. */
const masks: Lines = [`let m0 := mload(${MASK_ADDRESS})`, 'let m1 := shl(8, m0)', 'let m2 := shl(16, m0)']

/** Bits that values are up which go with word `word` of a row. */
function shiftOf(word: number, isSpread: boolean): number {
  return isSpread ? MOST_SHIFT : MOST_SHIFT - 8 * (word % CHUNK_WORDS)
}

/** Statements that take the 30 bytes at the end of the word at pointer `x` apart, into lanes that are `shiftOf` bits up. */
function takeApart(x: string, to: (word: number) => string, isSpread: boolean): string[] {
  return [
    `let xx := mload(${x})`,
    ...[0, 1, 2].map((word) => {
      const shift = shiftOf(word, isSpread)
      return `mstore(${to(word)}, and(m${shift / 8}, ${shifted('xx', shift - 8 * word)}))`
    }),
  ]
}

function prepareSource(name: string, depth: number, isSpread: boolean): Lines {
  const words = lanesOf(depth)
  const full = Math.floor(depth / CHUNK_BYTES)
  const rest = depth - full * CHUNK_BYTES
  const chunks = rest > 2 * LANES ? full + 1 : full
  const body = chunks > 0 ? [...masks] : []
  if (chunks <= 6)
    for (let chunk = 0; chunk < chunks; chunk++) {
      const to = (word: number) => `${SCRATCH_ADDRESS + 32 * (CHUNK_WORDS * chunk + word)}`
      body.push(...block('', takeApart(plus('x', CHUNK_BYTES * chunk - 2), to, isSpread)))
    }
  else {
    body.push('let from := sub(x, 2)')
    const part = takeApart('from', (word) => plus('to', 32 * word), isSpread)
    body.push(...loop('to', `${SCRATCH_ADDRESS}`, 96, chunks, part, [`from := add(from, ${CHUNK_BYTES})`]))
  }
  for (let word = CHUNK_WORDS * chunks; word < words.length; word++) {
    // The ten bytes are the lowest of the word that is read: four lanes from every third byte, then three and three.
    const end = CHUNK_BYTES * chunks + LANES * (word - CHUNK_WORDS * chunks + 1)
    const shift = shiftOf(word, isSpread)
    const low = shifted('and(xx, 0xff0000ff0000ff0000ff)', shift)
    const middle = shifted('and(xx, 0xff0000ff0000ff00)', 4 * LANE_BITS - 8 + shift)
    const high = shifted('and(xx, 0xff0000ff0000ff0000)', 7 * LANE_BITS - 16 + shift)
    body.push(
      ...block('', [
        `let xx := mload(${plus('x', end - 32)})`,
        `mstore(${SCRATCH_ADDRESS + 32 * word}, or(${low}, or(${middle}, ${high})))`,
      ]),
    )
  }
  return block(`function ${name}(x)`, body)
}

/** Statements that leave in `total` the sum of products of `words` words. */
function dotBody(words: number, isSpread: boolean, x: (word: number) => string, add: boolean): string[] {
  const body: string[] = []
  for (let from = 0; from < words; from += SEGMENT) {
    const inner: string[] = []
    for (let word = from; word < Math.min(words, from + SEGMENT); word++) {
      const isFirst = word === from
      if (!isSpread && (word % CHUNK_WORDS === 0 || isFirst))
        inner.push(`${isFirst ? 'let ' : ''}ww := mload(${plus('w', CHUNK_BYTES * Math.floor(word / CHUNK_WORDS))})`)
      const weights = isSpread ? `mload(${plus('w', 32 * word)})` : `and(m${word % CHUNK_WORDS}, ww)`
      const product = `mul(mload(${x(word)}), ${weights})`
      inner.push(isFirst ? `let sum := ${product}` : `sum := add(sum, ${product})`)
    }
    const part = `shr(${SUM_BIT}, sum)`
    inner.push(from === 0 && !add ? `total := ${part}` : `total := add(total, ${part})`)
    body.push(...block('', inner))
  }
  return body
}

function dotSource(name: string, words: number, isSpread: boolean): Lines {
  const mask = isSpread ? [] : masks
  if (words <= UNROLLED_WORDS) {
    const x = (word: number) => `${SCRATCH_ADDRESS + 32 * word}`
    return block(`function ${name}(w) -> total`, [...mask, ...dotBody(words, isSpread, x, false)])
  }
  const body = dotBody(PIECE_WORDS, isSpread, (word) => plus('x', 32 * word), true)
  const step = isSpread ? 32 * PIECE_WORDS : (CHUNK_BYTES * PIECE_WORDS) / CHUNK_WORDS
  const pieces = words / PIECE_WORDS
  return block(`function ${name}(w) -> total`, [
    ...mask,
    ...loop('x', `${SCRATCH_ADDRESS}`, 32 * PIECE_WORDS, pieces, body, [`w := add(w, ${step})`]),
  ])
}

/** The sum of products of a few words of values with words of weights at `w`. */
function shortDot(words: number, w: string): string {
  const products = Array.from({ length: words }, (_, word) => {
    return `mul(mload(${SCRATCH_ADDRESS + 32 * word}), mload(${plus(w, 32 * word)}))`
  })
  return `shr(${SUM_BIT}, ${products.reduceRight((sum, product) => `add(${product}, ${sum})`)})`
}

/**
 * Products of many lanes at a time.
 *
 * @param rows - rows of weights that are in memory together
 * @param uses - how often each is used
 */
function swarLayer(context: PlainContext, depth: number, rows: number, uses: number): DotLayer {
  const lanes = lanesOf(depth)
  const words = lanes.length <= UNROLLED_WORDS ? lanes.length : Math.ceil(lanes.length / PIECE_WORDS) * PIECE_WORDS
  const isSpread = uses >= SPREAD_USES
  const rowWords = isSpread ? words : Math.ceil(words / CHUNK_WORDS) * CHUNK_WORDS
  const chunks = Math.ceil((rows * rowWords) / CHUNK_WORDS)
  const prepareName = `prepare${isSpread ? 'Spread' : ''}${depth}`
  const prepare = context.helper(prepareName, () => prepareSource(prepareName, depth, isSpread))
  const dotName = `dot${isSpread ? 'Spread' : ''}${words}`
  const isInline = isSpread && words <= INLINE_WORDS
  if (!isInline) context.helper(dotName, () => dotSource(dotName, words, isSpread))
  const spreadAt = isSpread ? context.temporary(96 * chunks) : 0
  return {
    scratchBytes: 32 * words,
    packedBytes: CHUNK_BYTES * chunks,
    pack(weights) {
      const bytes = new Uint8Array(CHUNK_BYTES * chunks)
      weights.forEach((row, index) => {
        lanes.forEach((positions, word) => {
          const at = index * rowWords + word
          positions.forEach((position, lane) => {
            const byte = CHUNK_WORDS * (LANES - 1 - lane) + (at % CHUNK_WORDS)
            bytes[CHUNK_BYTES * (Math.floor(at / CHUNK_WORDS) + 1) - 1 - byte] = row[position] ?? 0
          })
        })
      })
      return bytes
    },
    ready(address) {
      if (!isSpread) return []
      context.helper('spread', () => [
        'function spread(from, to, end) {',
        `  let m := mload(${MASK_ADDRESS})`,
        '  for {} lt(to, end) {} {',
        '    let ww := mload(from)',
        '    mstore(to, and(m, ww))',
        '    mstore(add(to, 32), and(m, shr(8, ww)))',
        '    mstore(add(to, 64), and(m, shr(16, ww)))',
        `    from := add(from, ${CHUNK_BYTES})`,
        '    to := add(to, 96)',
        '  }',
        '}',
      ])
      return [`spread(${address - 2}, ${spreadAt}, ${spreadAt + 96 * chunks})`]
    },
    firstRow: (address) => (isSpread ? spreadAt : address - 2),
    rowBytes: isSpread ? 32 * rowWords : (CHUNK_BYTES * rowWords) / CHUNK_WORDS,
    prepare: (x) => `${prepare}(${x})`,
    dot: (w) => (isInline ? shortDot(words, w) : `${dotName}(${w})`),
  }
}

/** Statements that multiply the first `count` bytes of the word at pointer `w` with words of values. */
function scalarProducts(w: string, count: number, x: (position: number) => string): string[] {
  const product = (i: number) => `mul(byte(${i}, ww), mload(${x(i)}))`
  return [`let ww := mload(${w})`, ...Array.from({ length: count }, (_, i) => `total := add(total, ${product(i)})`)]
}

/** Products of one pair of values at a time, unrolled over the 32 weights of a word. */
function scalarLayer(context: PlainContext, depth: number, rows: number): DotLayer {
  const full = Math.floor(depth / 32)
  const rest = depth - 32 * full
  const prepare = context.helper(`prepare${depth}`, () => {
    const store = (to: (i: number) => string, count: number) =>
      Array.from({ length: count }, (_, i) => `mstore(${to(i)}, byte(${i}, xx))`)
    const part = ['let xx := mload(x)', ...store((i) => plus('to', 32 * i), 32)]
    const last = ['let xx := mload(x)', ...store((i) => `${SCRATCH_ADDRESS + 32 * (32 * full + i)}`, rest)]
    return block(`function prepare${depth}(x)`, [
      ...(full > 0 ? loop('to', `${SCRATCH_ADDRESS}`, 1024, full, part, ['x := add(x, 32)']) : []),
      ...(full === 1 && rest > 0 ? ['x := add(x, 32)'] : []),
      ...(rest > 0 ? block('', last) : []),
    ])
  })
  const dot = context.helper(`dot${depth}`, () => {
    const part = scalarProducts('w', 32, (i) => plus('x', 32 * i))
    const last = scalarProducts('w', rest, (i) => `${SCRATCH_ADDRESS + 32 * (32 * full + i)}`)
    return block(`function dot${depth}(w) -> total`, [
      ...(full > 0 ? loop('x', `${SCRATCH_ADDRESS}`, 1024, full, part, ['w := add(w, 32)']) : []),
      ...(full === 1 && rest > 0 ? ['w := add(w, 32)'] : []),
      ...(rest > 0 ? block('', last) : []),
    ])
  })
  return {
    scratchBytes: 32 * depth,
    packedBytes: rows * depth,
    pack: (weights) => Uint8Array.from(weights.flat()),
    ready: () => [],
    firstRow: (address) => address,
    rowBytes: depth,
    prepare: (x) => `${prepare}(${x})`,
    dot: (w) => `${dot}(${w})`,
  }
}

/** How a layer takes products of rows of weights, of `depth` bytes each, with the contract's arithmetic. */
export function dotLayer(context: PlainContext, depth: number, rows: number, uses: number): DotLayer {
  return context.arithmetic === 'swar' ? swarLayer(context, depth, rows, uses) : scalarLayer(context, depth, rows)
}

/** Bytes of scratch memory that products of this depth need with either arithmetic. */
export function scratchBytes(context: Pick<PlainContext, 'arithmetic'>, depth: number): number {
  const words = Math.ceil(lanesOf(depth).length / PIECE_WORDS) * PIECE_WORDS
  return 32 * (context.arithmetic === 'swar' ? words : depth)
}
