import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { TrialDatasets } from '../../src/datasets/of-trial.ts'
import { prepareDataset } from '../../src/datasets/prepare.ts'
import { cropCentre } from '../../src/images/raw-image.ts'
import { temporaryFolder, writeDataset } from './idx-files.ts'
import { folderOf, plain } from './picture-files.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

const wholeMnist = await prepareDataset({ name: 'mnist' })

test('cropped MNIST is the centre 20×20 of each image, with the same labels', async () => {
  const cache = temporaryFolder()
  const files = await prepareDataset({ name: 'mnist', crop: 20, limit: 500 }, cache)
  expect(files).toMatchObject({
    ...{ height: 20, width: 20, crop: 20, source: { height: 28, width: 28 } },
    ...{ train: 500, test: 500, testStart: 60_000, classes: 10 },
  })
  const [images, all] = [readFileSync(files.imagesPath), readFileSync(wholeMnist.imagesPath)]
  expect(images).toHaveLength(70_000 * 400)
  for (const row of [0, 1, 5348, 5349, 59_999, 60_000, 69_999]) {
    const data = all.subarray(row * 784, (row + 1) * 784)
    const centre = cropCentre({ height: 28, width: 28, channels: 1, data }, 20).data
    expect(images.subarray(row * 400, (row + 1) * 400).equals(centre)).toBe(true)
  }
  expect(readFileSync(files.labelsPath).equals(readFileSync(wholeMnist.labelsPath))).toBe(true)
})

test('an odd rest is cut off below and to the right, and colours stay together', async () => {
  const cache = temporaryFolder()
  const grey = await prepareDataset({ path: writeDataset(), crop: 2 }, cache)
  expect([...readFileSync(grey.imagesPath).subarray(0, 4)]).toEqual([0, 1, 3, 4])
  const picture = await plain([10, 20, 30], 5, 6)
  const folder = folderOf(
    Object.fromEntries(['a/0.png', 'a/1.png', 'b/0.png', 'b/1.png'].map((path) => [path, picture])),
  )
  const coloured = await prepareDataset({ path: folder, crop: 3 }, cache)
  expect(coloured).toMatchObject({ height: 3, width: 3, channels: 3, source: { height: 5, width: 6 } })
  expect([...readFileSync(coloured.imagesPath)]).toEqual(Array.from({ length: 4 * 9 }, () => [10, 20, 30]).flat())
})

test('the whole size is no crop, and more than there is is refused', async () => {
  const whole = await prepareDataset({ name: 'mnist', crop: 28 })
  expect(whole).toEqual(wholeMnist)
  await expect(prepareDataset({ path: writeDataset(), crop: 3 }, temporaryFolder())).rejects.toThrow(
    'dataset.crop: expected at most 2, as images have 2×3 pixels, got 3',
  )
  await expect(prepareDataset({ crop: 0.5 }, temporaryFolder())).rejects.toThrow(
    'dataset.crop: expected a whole number',
  )
})

test('several crops at a time decode the whole set once', async () => {
  const [folder, cache] = [writeDataset(), temporaryFolder()]
  await Promise.all(
    [1, 2, 1, undefined].map((crop) => prepareDataset(crop ? { path: folder, crop } : { path: folder }, cache)),
  )
  const entries = readdirSync(cache).sort()
  expect(entries.map((entry) => entry.replace(/^\d+-[0-9a-f]{16}/, ''))).toEqual(['', '-crop-1', '-crop-2'])
})

test('a trial has its own crop', async () => {
  vi.stubEnv('SWATH_CACHE', temporaryFolder())
  const datasets = new TrialDatasets({ path: writeDataset() })
  expect(await datasets.of({ 'dataset.crop': 1 })).toMatchObject({ height: 1, width: 1, crop: 1 })
  expect(await datasets.of({})).toMatchObject({ height: 2, width: 3 })
  await expect(datasets.of({ 'dataset.crop': 9 })).rejects.toThrow('dataset.crop: expected at most 2')
  await expect(datasets.of({ 'dataset.size': 9 })).rejects.toThrow('dataset.size: is for folders of pictures')
})
