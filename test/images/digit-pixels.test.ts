import { expect, test } from 'vitest'
import { digitPixels } from '../../src/images/digit-pixels.ts'
import type { Background } from '../../src/images/ground.ts'
import { readImage } from '../../src/images/read-image.ts'
import { enlarged, mnistDigit, picture } from './pictures.ts'

const some = Array.from({ length: 40 }, (_, i) => i * 251)

const pixelsOf = async (bytes: Uint8Array, background?: Background) =>
  digitPixels(await readImage(bytes), background === undefined ? {} : { background })

/** How alike two images are: the cosine of the angle between them, 1 if they are the same. */
function likeness(a: Uint8Array, b: Uint8Array): number {
  const dot = (p: Uint8Array, q: Uint8Array) => p.reduce((sum, value, i) => sum + value * (q[i] ?? 0), 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

/** The mean likeness of digits to what has become of them. */
async function meanLikeness(change: (digit: Uint8Array) => Promise<Uint8Array>): Promise<number> {
  let sum = 0
  for (const index of some) sum += likeness(mnistDigit(index), await pixelsOf(await change(mnistDigit(index))))
  return sum / some.length
}

test('each of the 10,000 test images stays as it is, and comes back from its negative', async () => {
  const changed: number[] = []
  for (let index = 0; index < 10_000; index++) {
    const digit = mnistDigit(index)
    for (const data of [digit, digit.map((value) => 255 - value)]) {
      const pixels = await digitPixels({ height: 28, width: 28, channels: 1, data })
      if (Buffer.compare(pixels, digit) !== 0) changed.push(index)
    }
  }
  expect(changed).toEqual([])
})

test('a test image comes back from a PNG exactly, from a JPEG and a WebP nearly', async () => {
  for (const index of some) {
    const digit = mnistDigit(index)
    expect(await pixelsOf(await picture(digit, 28, 28).png().toBuffer())).toEqual(digit)
    for (const format of ['jpeg', 'webp'] as const) {
      const pixels = await pixelsOf(await picture(digit, 28, 28).toFormat(format).toBuffer())
      expect(likeness(pixels, digit)).toBeGreaterThan(0.99)
    }
  }
})

// One in six lands a pixel aside, because the centre of mass lay near the border of two pixels: hence not 0.98.
test('a digit that was enlarged and lies somewhere on a larger picture comes back', async () => {
  expect(await meanLikeness(async (digit) => (await enlarged(digit)).png().toBuffer())).toBeGreaterThan(0.95)
})

test('so does it dark on light, as a JPEG', async () => {
  expect(await meanLikeness(async (digit) => (await enlarged(digit)).negate().jpeg().toBuffer())).toBeGreaterThan(0.95)
})

test('so does it in blue ink on yellowish paper that lies half in shadow', async () => {
  const photo = async (digit: Uint8Array) => {
    const ink = await (await enlarged(digit)).raw().toBuffer()
    const paper = Uint8Array.from({ length: 3 * ink.length }, (_, i) => {
      const [share, x] = [(ink[Math.floor(i / 3)] ?? 0) / 255, Math.floor(i / 3) % 300]
      const ground = ([230, 220, 190][i % 3] ?? 0) * (1 - x / 1000)
      return ground * (1 - share) + ([20, 30, 110][i % 3] ?? 0) * share
    })
    return picture(paper, 200, 300).jpeg().toBuffer()
  }
  expect(await meanLikeness(photo)).toBeGreaterThan(0.95)
})

test('specks and noise are no ink', async () => {
  const speckled = async (digit: Uint8Array) => {
    const field = await (await enlarged(digit)).raw().toBuffer()
    const noisy = Uint8Array.from(field, (value, i) => Math.max(value, (i * 7919) % 23))
    for (const at of [5 * 300 + 5, 190 * 300 + 280, 100 * 300 + 30]) noisy[at] = 255
    return picture(noisy, 200, 300).png().toBuffer()
  }
  expect(await meanLikeness(speckled)).toBeGreaterThan(0.95)
})

test('a digit is 20 pixels long, keeps its aspect, and balances in the middle', async () => {
  const [height, width] = [120, 90]
  const one = new Uint8Array(height * width)
  for (let y = 10; y < 90; y++) one.fill(200, y * width + 60, y * width + 68)
  const pixels = await pixelsOf(await picture(one, height, width).png().toBuffer())
  const lit = [...pixels.entries()].filter(([, value]) => value > 0).map(([at]) => [Math.floor(at / 28), at % 28])
  expect(new Set(lit.map(([y]) => y)).size).toBe(20)
  expect(new Set(lit.map(([, x]) => x))).toEqual(new Set([13, 14]))
  expect([Math.min(...lit.map(([y = 0]) => y)), Math.max(...pixels)]).toEqual([4, 255])
})

test('a huge photo is shrunk before it is looked at, a tiny digit is enlarged', async () => {
  const digit = mnistDigit(3)
  const huge = await enlarged(digit, { height: 3000, width: 4000, side: 1400, top: 900, left: 2000 })
  expect(likeness(await pixelsOf(await huge.negate().jpeg().toBuffer()), digit)).toBeGreaterThan(0.95)
  const tiny = await enlarged(digit, { height: 20, width: 20, side: 14, top: 3, left: 2 })
  expect(likeness(await pixelsOf(await tiny.png().toBuffer()), digit)).toBeGreaterThan(0.85)
})

test('the background can be said where the border deceives: this ring reaches all four edges', async () => {
  const ring = Uint8Array.from({ length: 30 * 20 }, (_, i) => {
    const [y, x] = [Math.floor(i / 20), i % 20]
    return Math.min(y, x, 29 - y, 19 - x) < 2 ? 255 : 0
  })
  const bytes = await picture(ring, 30, 20).png().toBuffer()
  const [middle, stroke] = [14 * 28 + 14, 14 * 28 + 8]
  const said = await pixelsOf(bytes, 'dark')
  expect([said[middle], said[stroke]]).toEqual([0, 255])
  const found = await pixelsOf(bytes)
  expect(found[middle]).toBe(255)
})

test.each([
  ['white', () => new Uint8Array(2000).fill(255)],
  ['black', () => new Uint8Array(2000)],
  ['noisy paper', () => Uint8Array.from({ length: 2000 }, (_, i) => 225 + ((i * 7919) % 23))],
])('a picture that is only %s has no digit', async (_, pixels) => {
  const bytes = await picture(pixels(), 40, 50).png().toBuffer()
  await expect(pixelsOf(bytes)).rejects.toMatchObject({
    code: 'image',
    message: expect.stringContaining('there is no digit') as string,
  })
})

test('a blank image of the right size has none either', async () => {
  const blank = { height: 28, width: 28, channels: 1, data: new Uint8Array(784) } as const
  await expect(digitPixels(blank)).rejects.toMatchObject({ code: 'image' })
  await expect(digitPixels({ ...blank, height: 1, width: 1, data: new Uint8Array(1) })).rejects.toThrow('no digit')
})
