import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A client of WebSocket that does no more than a test tells it: it may stop reading, and sends any header. */
export type TestSocket = {
  readonly socket: Socket
  send(text: string): void
  /** The next message. Rejects when the connection ends before it. */
  next(): Promise<string>
  /** Resolves when the server has ended the connection. */
  closed(): Promise<void>
  end(): void
}

const TEXT = 0x81
const PING = 0x9
const CLOSE = 0x8

/** A text frame as a client sends it, masked with zeros. */
function frame(text: string): Buffer {
  const body = Buffer.from(text)
  const length = Buffer.alloc(body.length < 126 ? 1 : body.length < 65536 ? 3 : 9)
  if (length.length === 1) length[0] = 0x80 | body.length
  else if (length.length === 3) {
    length[0] = 0x80 | 126
    length.writeUInt16BE(body.length, 1)
  } else {
    length[0] = 0x80 | 127
    length.writeBigUInt64BE(BigInt(body.length), 1)
  }
  return Buffer.concat([Buffer.of(TEXT), length, Buffer.alloc(4), body])
}

/** The frame that a buffer begins with, and what comes after it; undefined while it is not all there. */
function readFrame(buffer: Buffer) {
  if (buffer.length < 2) return undefined
  const short = (buffer[1] as number) & 127
  const start = short < 126 ? 2 : short === 126 ? 4 : 10
  if (buffer.length < start) return undefined
  const length = short < 126 ? short : short === 126 ? buffer.readUInt16BE(2) : Number(buffer.readBigUInt64BE(2))
  if (buffer.length < start + length) return undefined
  const body = buffer.subarray(start, start + length)
  return { opcode: (buffer[0] as number) & 15, body, rest: buffer.subarray(start + length) }
}

/** Connects and upgrades. Rejects with the status where the server refuses. */
export async function openSocket(url: string, headers: Record<string, string> = {}): Promise<TestSocket> {
  const { hostname, port, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(
    `GET / HTTP/1.1\r\n${lines.join('')}connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n` +
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  const messages: string[] = []
  const waiting: { resolve(message: string): void; reject(reason: Error): void }[] = []
  const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  let buffer: Buffer = Buffer.alloc(0)
  let opened: (() => void) | undefined
  const opening = new Promise<void>((resolve, reject) => {
    opened = resolve
    socket.on('close', () => reject(new Error(`refused: ${buffer.toString().split('\r\n')[0]}`)))
  })

  socket.on('error', () => undefined)
  socket.on('close', () => {
    for (const { reject } of waiting) reject(new Error('the connection ended'))
  })
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk])
    if (opened !== undefined) {
      const end = buffer.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!buffer.toString().startsWith('HTTP/1.1 101')) return socket.end()
      buffer = buffer.subarray(end + 4)
      opened()
      opened = undefined
    }
    for (let read = readFrame(buffer); read !== undefined; read = readFrame(buffer)) {
      buffer = read.rest
      if (read.opcode === CLOSE) socket.end()
      if (read.opcode === PING || read.opcode === CLOSE) continue
      const message = read.body.toString()
      const taker = waiting.shift()
      if (taker === undefined) messages.push(message)
      else taker.resolve(message)
    }
    return undefined
  })
  await opening

  return {
    socket,
    send: (text) => socket.write(frame(text)),
    next: () =>
      new Promise((resolve, reject) => {
        const message = messages.shift()
        if (message !== undefined) resolve(message)
        else if (socket.destroyed) reject(new Error('the connection ended'))
        else waiting.push({ resolve, reject })
      }),
    closed: () => ended,
    end: () => socket.destroy(),
  }
}
