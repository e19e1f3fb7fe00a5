import { readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { prepareDataset } from '../../src/datasets/prepare.ts'
import { idxBytes, names, temporaryFolder, writeDataset } from './idx-files.ts'

const prepare = (path: string, limit?: number) =>
  prepareDataset(limit === undefined ? { path } : { path, limit }, temporaryFolder())

test('a folder of IDX files becomes raw files: training rows, then the test set', async () => {
  const files = await prepare(writeDataset())
  expect(files).toMatchObject({ train: 20, test: 5, testStart: 20, height: 2, width: 3, classes: 3 })
  const images = readFileSync(files.imagesPath)
  expect(images.length).toBe(25 * 6)
  expect([images[7], images[120], images[121]]).toEqual([7, 200, 199])
  const labels = new Int32Array(new Uint8Array(readFileSync(files.labelsPath)).buffer)
  expect([...labels.slice(0, 4), ...labels.slice(-2)]).toEqual([0, 1, 2, 0, 0, 1])
})

test('MNIST comes by name', async () => {
  const files = await prepareDataset({ name: 'mnist' }, temporaryFolder())
  expect(files).toMatchObject({ name: 'mnist', train: 60_000, test: 10_000, height: 28, width: 28, classes: 10 })
})

test('compressed files give the same values', async () => {
  const [plain, compressed] = [await prepare(writeDataset()), await prepare(writeDataset({}, true))]
  expect(readFileSync(compressed.imagesPath)).toEqual(readFileSync(plain.imagesPath))
})

test('a limit takes the first examples of each part out of the same files', async () => {
  const [folder, cache] = [writeDataset(), temporaryFolder()]
  const all = await prepareDataset({ path: folder }, cache)
  const some = await prepareDataset({ path: folder, limit: 7 }, cache)
  expect(some).toEqual({ ...all, train: 7, test: 5 })
  await expect(prepare(folder, 0)).rejects.toThrow('dataset.limit: expected a whole number above 0, got 0')
})

test('the same content is decoded once, also when several ask at the same time; other content has its own place', async () => {
  const [folder, cache] = [writeDataset(), temporaryFolder()]
  const both = await Promise.all([1, 2, 3].map(() => prepareDataset({ path: folder }, cache)))
  expect(new Set(both.map(({ imagesPath }) => imagesPath)).size).toBe(1)
  expect(readdirSync(cache)).toHaveLength(1)
  await prepareDataset({ path: writeDataset({ testLabels: idxBytes([5], [2, 2, 2, 2, 2]) }) }, cache)
  expect(readdirSync(cache)).toHaveLength(2)
})

test('a file that is cut short is named, with what was expected and what was found', async () => {
  const folder = writeDataset()
  truncateSync(join(folder, names.trainImages), 100)
  await expect(prepare(folder)).rejects.toThrow(
    `${join(folder, names.trainImages)}: expected 136 bytes for 20 images of 2×3, found 100: the file is cut short`,
  )
})

test.each([
  [
    'trainImages',
    Buffer.from('hello, I am no IDX file'),
    'expected an IDX file of images (0x00000803), found 0x68656c6c',
  ],
  ['trainLabels', Buffer.alloc(0), 'expected an IDX file of labels (0x00000801), found 0 bytes'],
  [
    'trainLabels',
    idxBytes(
      [20],
      Array.from({ length: 25 }, () => 1),
    ),
    'expected 28 bytes for 20 labels, found 33',
  ],
  ['trainLabels', idxBytes([3], [0, 1, 2]), 'expected 20 labels, one an image, found 3'],
  [
    'testImages',
    idxBytes(
      [5, 3, 3],
      Array.from({ length: 45 }, () => 1),
    ),
    'expected images of 2×3',
  ],
  ['testLabels', idxBytes([5], [0, 1, 9, 0, 1]), 'expected labels from 0 to 2, found 9 at 2'],
] as const)('a broken %s is refused: %#', async (part, bytes, message) => {
  await expect(prepare(writeDataset({ [part]: bytes }))).rejects.toMatchObject({
    code: 'dataset',
    message: expect.stringContaining(message) as string,
  })
})

test('a missing file, a missing folder and an unknown name are said plainly', async () => {
  const folder = writeDataset()
  rmSync(join(folder, names.testLabels))
  await expect(prepare(folder)).rejects.toThrow(`expected ${names.testLabels} or ${names.testLabels}.gz in it`)
  await expect(prepare(join(folder, 'nowhere'))).rejects.toThrow('there is no such folder')
  await expect(prepareDataset({ name: 'mnits' }, temporaryFolder())).rejects.toThrow('did you mean mnist?')
})
