import { closeSync, openSync, readSync } from 'node:fs'

/** A file that is not the text that it should be. */
export class NotTextError extends Error {
  /** The text in front of what is wrong; undefined where all of it is. */
  readonly before: string | undefined

  constructor(message: string, before?: string) {
    super(message)
    this.before = before
  }
}

/**
 * Reads UTF-8, without its byte order mark. Of a file, or a device, that is longer than `mostBytes` no more is read.
 * @param source a path, or 0 for the standard input
 * @throws NotTextError, or an error of the file system
 */
export function readText(source: string | 0, mostBytes: number): string {
  const bytes = readAtMost(source, mostBytes + 1)
  if (bytes.length > mostBytes) throw new NotTextError(`it is longer than ${(mostBytes / 2 ** 20).toFixed(0)} MB`)
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new NotTextError('it is in UTF-16: save it as UTF-8')
  }
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  const whole = Buffer.from(bytes.toString('utf8'))
  if (whole.equals(bytes)) return text
  throw strayByte(bytes, whole)
}

/** What cannot be decoded became U+FFFD: the first byte that differs is the first one that is wrong. */
function strayByte(bytes: Buffer, decoded: Buffer): NotTextError {
  const at = bytes.findIndex((byte, k) => byte !== decoded[k])
  const before = bytes
    .subarray(0, at)
    .toString('utf8')
    .replace(/^\ufeff/, '')
  const byte = (bytes[at] ?? 0).toString(16).padStart(2, '0')
  return new NotTextError(`the byte 0x${byte} is not UTF-8`, before)
}

function readAtMost(source: string | 0, most: number): Buffer {
  const file = source === 0 ? source : openSync(source, 'r')
  try {
    const bytes = Buffer.alloc(most)
    let length = 0
    for (let read = -1; read !== 0 && length < most; length += read) read = readSome(file, bytes, length)
    return bytes.subarray(0, length)
  } finally {
    if (source !== 0) closeSync(file)
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4))

function readSome(file: number, bytes: Buffer, from: number): number {
  for (;;) {
    try {
      return readSync(file, bytes, from, bytes.length - from, null)
    } catch (error) {
      // Whoever writes to the standard input has not got so far.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(pause, 0, 0, 10)
    }
  }
}
