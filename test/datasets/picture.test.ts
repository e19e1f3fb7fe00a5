import { expect, test } from 'vitest'
import { picturePixels } from '../../src/datasets/picture.ts'
import { cropCentre, type RawImage } from '../../src/images/raw-image.ts'
import { fitPixels } from '../../src/images/fit-pixels.ts'
import { readImage } from '../../src/images/read-image.ts'
import type { DatasetFiles } from '../../src/programs/program.ts'
import { enlarged, mnistDigit, picture } from '../images/pictures.ts'

const mnist: DatasetFiles = {
  ...{
    name: 'mnist',
    imagesPath: '',
    labelsPath: '',
    train: 1,
    test: 1,
    testStart: 1,
    classes: 2,
    classNames: ['0', '1'],
  },
  ...{ height: 28, width: 28, channels: 1, source: { height: 28, width: 28 } },
}
const cropped = { ...mnist, height: 20, width: 20, crop: 20 }
const other: DatasetFiles = { ...mnist, name: 'other' }

const digit = mnistDigit(4)
const asIs: RawImage = { height: 28, width: 28, channels: 1, data: digit }
const photo = await readImage(await (await enlarged(digit)).negate().png().toBuffer())

test('a digit becomes as MNIST has it, and is cropped as the data set was', async () => {
  expect(await picturePixels(asIs, mnist)).toEqual(digit)
  const pixels = await picturePixels(photo, cropped)
  const whole = { ...asIs, data: await picturePixels(photo, mnist) }
  expect(pixels).toEqual(cropCentre(whole, 20).data)
  expect(pixels[0]).toBe(0)
})

test('any other picture is resized; a digit is one only if that is said, and where digits fit', async () => {
  const fitted = await fitPixels(photo, { height: 28, width: 28, channels: 1 })
  expect(await picturePixels(photo, other)).toEqual(fitted)
  expect(await picturePixels(photo, mnist, { digit: false })).toEqual(fitted)
  expect(await picturePixels(photo, other, { digit: true })).toEqual(await picturePixels(photo, mnist))
  const wide: DatasetFiles = { ...other, height: 8, width: 12, channels: 3, source: { height: 8, width: 12 } }
  expect(await picturePixels(photo, wide, { digit: true })).toHaveLength(8 * 12 * 3)
})

test('the crop comes after the resizing', async () => {
  const colours = Uint8Array.from({ length: 6 * 10 * 3 }, (_, i) => (i * 37) % 256)
  const image = await readImage(await picture(colours, 6, 10).png().toBuffer())
  const shape = { height: 6, width: 10, channels: 3 } as const
  const dataset: DatasetFiles = {
    ...other,
    channels: 3,
    height: 4,
    width: 4,
    crop: 4,
    source: { height: 6, width: 10 },
  }
  expect(await picturePixels(image, dataset)).toEqual(cropCentre({ ...shape, data: colours }, 4).data)
})
