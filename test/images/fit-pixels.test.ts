import { expect, test } from 'vitest'
import { fitPixels } from '../../src/images/fit-pixels.ts'
import { cropCentre, type RawImage } from '../../src/images/raw-image.ts'

const image: RawImage = {
  height: 2,
  width: 4,
  channels: 3,
  data: Uint8Array.from({ length: 24 }, (_, i) => (i < 12 ? 200 : 40)),
}

test('an image fills the height and width that the model takes', async () => {
  const pixels = await fitPixels(image, { height: 8, width: 6, channels: 3 })
  expect(pixels).toHaveLength(8 * 6 * 3)
  expect(pixels[0]).toBeGreaterThan(180)
  expect(pixels.at(-1)).toBeLessThan(60)
})

test('channels become as many as the model takes', async () => {
  expect([...(await fitPixels(image, { height: 2, width: 4, channels: 1 }))]).toEqual([
    ...[200, 200, 200, 200],
    ...[40, 40, 40, 40],
  ])
  const grey: RawImage = { height: 1, width: 2, channels: 1, data: new Uint8Array([7, 9]) }
  expect([...(await fitPixels(grey, { height: 1, width: 2, channels: 3 }))]).toEqual([7, 7, 7, 9, 9, 9])
  expect(await fitPixels(grey, { height: 5, width: 5, channels: 1 })).toHaveLength(25)
})

test('an image of the right size stays as it is', async () => {
  const data = Uint8Array.from({ length: 30 }, (_, i) => (i * 91) % 256)
  const right: RawImage = { height: 5, width: 6, channels: 1, data }
  expect(await fitPixels(right, { height: 5, width: 6, channels: 1 })).toEqual(data)
})

test('the centre of an image leaves as much on each side, or one pixel more below and to the right', () => {
  const rows = Uint8Array.from({ length: 5 * 4 }, (_, i) => i)
  const whole: RawImage = { height: 5, width: 4, channels: 1, data: rows }
  expect([...cropCentre(whole, 2).data]).toEqual([5, 6, 9, 10])
  expect([...cropCentre(whole, 1).data]).toEqual([9])
  expect(() => cropCentre(whole, 5)).toThrow('the image has no more than 5×4')
})
