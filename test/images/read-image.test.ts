import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { readImage } from '../../src/images/read-image.ts'
import { temporaryFolder } from '../datasets/idx-files.ts'
import { mnistDigit, picture, pngHeader } from './pictures.ts'

const digit = mnistDigit(0)
const colours = Uint8Array.from({ length: 4 * 6 * 3 }, (_, i) => (i * 37) % 256)

test('a grey PNG has its pixels, from a file as from memory', async () => {
  const path = join(temporaryFolder(), 'seven.png')
  const bytes = await picture(digit, 28, 28).png().toBuffer()
  writeFileSync(path, bytes)
  const image = await readImage(path)
  expect(image).toMatchObject({ height: 28, width: 28, channels: 1 })
  expect(Buffer.from(image.data)).toEqual(Buffer.from(digit))
  expect(await readImage(bytes)).toEqual(image)
})

test('colour stays, and becomes grey or colour on demand', async () => {
  const bytes = await picture(colours, 4, 6).png().toBuffer()
  const image = await readImage(bytes)
  expect(image).toMatchObject({ height: 4, width: 6, channels: 3 })
  expect([...image.data]).toEqual([...colours])
  const grey = await readImage(bytes, { channels: 1 })
  expect(grey.data).toHaveLength(24)
  expect(grey.data[1]).toBe(Math.round(0.299 * 111 + 0.587 * 148 + 0.114 * 185))
  const three = await readImage(await picture(digit, 28, 28).png().toBuffer(), { channels: 3 })
  expect([...three.data.subarray(3 * 203, 3 * 204)]).toEqual(Array.from({ length: 3 }, () => digit[203]))
})

test('a picture of grey pixels is grey, though it is stored with three channels, a palette or 16 bits', async () => {
  const tripled = Uint8Array.from({ length: 3 * 784 }, (_, i) => digit[Math.floor(i / 3)] ?? 0)
  const wide = sharp(
    Uint16Array.from(digit, (value) => value * 257),
    { raw: { height: 28, width: 28, channels: 1 } },
  )
  const encoded = [
    picture(tripled, 28, 28).png(),
    picture(tripled, 28, 28).png({ palette: true, colours: 256 }),
    wide.toColourspace('grey16').png(),
    picture(tripled, 28, 28).webp({ lossless: true }),
  ]
  for (const each of encoded) {
    const image = await readImage(await each.toBuffer())
    expect(image.channels).toBe(1)
    expect(Buffer.compare(Buffer.from(image.data), Buffer.from(digit))).toBe(0)
  }
})

test('JPEG and WebP come close', async () => {
  for (const each of [picture(digit, 28, 28).jpeg(), picture(digit, 28, 28).webp()]) {
    const { data } = await readImage(await each.toBuffer(), { channels: 1 })
    expect(Math.max(...data.map((value, i) => Math.abs(value - (digit[i] ?? 0))))).toBeLessThan(64)
  }
})

test('what is transparent is white', async () => {
  const bytes = await picture(new Uint8Array([0, 0, 0, 0, 10, 20, 30, 255]), 1, 2)
    .png()
    .toBuffer()
  expect([...(await readImage(bytes)).data]).toEqual([255, 255, 255, 10, 20, 30])
})

test('a photo is turned upright by its EXIF orientation', async () => {
  const bytes = await picture(colours, 4, 6).withMetadata({ orientation: 6 }).png().toBuffer()
  const { height, width, data } = await readImage(bytes)
  expect([height, width]).toEqual([6, 4])
  // A quarter turn clockwise: the top right corner was the top left one.
  expect([...data.subarray(9, 12)]).toEqual([...colours.subarray(0, 3)])
})

test('what is no picture is refused with its name', async () => {
  const folder = temporaryFolder()
  const text = join(folder, 'text.png')
  writeFileSync(text, 'hello, I am no picture')
  const empty = join(folder, 'empty.jpg')
  writeFileSync(empty, '')
  const svg = join(folder, 'drawing.png')
  writeFileSync(svg, '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
  mkdirSync(join(folder, 'folder.png'))
  const none = 'expected a PNG, JPEG or WebP picture; '
  await expect(readImage(text)).rejects.toMatchObject({ code: 'image', message: `${text}: ${none}this is none` })
  await expect(readImage(svg)).rejects.toMatchObject({ code: 'image', exitCode: 2 })
  await expect(readImage(empty)).rejects.toMatchObject({ code: 'image', message: `${empty}: ${none}the file is empty` })
  await expect(readImage(new Uint8Array())).rejects.toThrow('the picture: expected a PNG, JPEG or WebP picture')
  const directory = join(folder, 'folder.png')
  await expect(readImage(directory)).rejects.toMatchObject({
    code: 'image',
    message: `${directory}: expected a picture, found a folder`,
  })
  await expect(readImage('/dev/null')).rejects.toMatchObject({ code: 'image' })
})

test('a file that is not there is not found', async () => {
  const path = join(temporaryFolder(), 'nowhere.png')
  await expect(readImage(path)).rejects.toMatchObject({
    code: 'not-found',
    message: `${path}: there is no such file`,
  })
})

test.each(['png', 'jpeg', 'webp'] as const)('a %s that is cut short is refused wherever it ends', async (format) => {
  const bytes = await picture(colours, 4, 6).resize(60, 40).toFormat(format).toBuffer()
  for (const share of [0.02, 0.3, 0.6, 0.95]) {
    const part = bytes.subarray(0, Math.max(12, Math.floor(bytes.length * share)))
    await expect(readImage(part, { name: 'half.bin' })).rejects.toMatchObject({
      code: 'image',
      message: 'half.bin: the picture is damaged or cut short',
    })
  }
})

test('a header that claims ten thousand million pixels is refused before anything is decoded', async () => {
  await expect(readImage(pngHeader(100_000, 100_000), { name: 'bomb.png' })).rejects.toMatchObject({
    code: 'image',
    message: 'bomb.png: expected at most 100000000 pixels, found 100000×100000',
  })
  await expect(readImage(pngHeader(10_000, 10_000))).rejects.toThrow('damaged or cut short')
  // The product is within bounds, a side is not: a row of a hundred million pixels took gigabytes.
  for (const [height, width] of [
    [1, 100_000_000],
    [100_000_000, 1],
    [20_001, 1],
  ] as const) {
    await expect(readImage(pngHeader(height, width))).rejects.toMatchObject({
      code: 'image',
      message: `the picture: expected at most 20000 pixels a side, found ${height}×${width}`,
    })
  }
})
