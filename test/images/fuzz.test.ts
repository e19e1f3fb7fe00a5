import fc from 'fast-check'
import { expect, test } from 'vitest'

import { SwathError } from '../../src/errors.ts'
import { readImage } from '../../src/images/read-image.ts'
import { place, runs, tally } from '../fuzz.ts'
import { picture } from './pictures.ts'

const tried = tally('pictures')
const colours = Uint8Array.from({ length: 60 * 90 * 3 }, (_, i) => (i * i) % 256)
const pictures = await Promise.all([
  picture(colours, 60, 90).png().toBuffer(),
  picture(colours, 60, 90).png({ palette: true, progressive: true }).toBuffer(),
  picture(colours, 60, 90).jpeg().toBuffer(),
  picture(colours, 60, 90).jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
  picture(colours, 60, 90).webp().toBuffer(),
  picture(colours, 60, 90).webp({ lossless: true }).toBuffer(),
])

test('all of the pictures that are changed here are good ones', async () => {
  for (const each of pictures) expect(await readImage(each)).toMatchObject({ channels: 3 })
})

test('a picture whose bytes were changed anywhere is read as some picture, or refused', async () => {
  const changes = fc.array(
    fc.record({
      at: place,
      length: fc.nat(8),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  const kinds = fc.constantFrom('overwritten', 'overwritten', 'replaced', 'cut')
  const spoiled = fc.tuple(fc.constantFrom(...pictures), changes, kinds).map(([whole, edits, kind]) => {
    if (kind === 'cut') return whole.subarray(0, Math.floor((edits[0]?.at ?? 0) * whole.length))
    return edits.reduce<Buffer>((before, { at, length, bytes }) => {
      const start = Math.floor(at * before.length)
      const end = start + (kind === 'replaced' ? length : bytes.length)
      return Buffer.concat([before.subarray(0, start), bytes, before.subarray(end)])
    }, whole)
  })
  await fc.assert(
    fc.asyncProperty(spoiled, fc.constantFrom(undefined, 1, 3), async (bytes, channels) => {
      try {
        const image = await readImage(bytes, channels === undefined ? {} : { channels })
        expect(image.data).toHaveLength(image.height * image.width * image.channels)
        if (channels !== undefined) expect(image.channels).toBe(channels)
        tried('read')
      } catch (error) {
        expect(error).toBeInstanceOf(SwathError)
        expect(error).toMatchObject({ code: 'image', message: expect.stringMatching(/^the picture: ./) as string })
        tried('refused')
      }
    }),
    runs(200),
  )
})
