import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { prepareDataset } from '../../src/datasets/prepare.ts'
import type { DatasetReference } from '../../src/datasets/reference.ts'
import type { DatasetFiles } from '../../src/programs/program.ts'
import { mnistDigit, picture } from '../images/pictures.ts'
import { temporaryFolder } from './idx-files.ts'
import { classesOf, folderOf, plain } from './picture-files.ts'

const prepare = (path: string, settings: DatasetReference = {}) =>
  prepareDataset({ path, ...settings }, temporaryFolder())

/** Rows as pairs of label and first pixel. */
function rowsOf({ imagesPath, labelsPath, height, width, channels }: DatasetFiles): [number, number][] {
  const images = readFileSync(imagesPath)
  const labels = new Int32Array(new Uint8Array(readFileSync(labelsPath)).buffer)
  return Array.from(labels, (label, row) => [label, images[row * height * width * channels] ?? -1])
}

const byValue = (rows: readonly [number, number][]) => rows.toSorted((a, b) => a[1] - b[1])

test('train and test have a folder a class; 2 comes before 10, and every picture is there with its label', async () => {
  const folder = folderOf({
    ...(await classesOf(['train/10', 'train/2', 'train/b'], 3)),
    'test/b/x.jpg': await picture(new Uint8Array(16).fill(90), 4, 4).jpeg().toBuffer(),
    'test/2/x.webp': await picture(new Uint8Array(16).fill(91), 4, 4).webp({ lossless: true }).toBuffer(),
  })
  const files = await prepare(folder)
  expect(files).toMatchObject({
    ...{ name: folder, train: 9, test: 2, testStart: 9, height: 4, width: 4, channels: 1, classes: 3 },
    ...{ classNames: ['2', '10', 'b'], source: { height: 4, width: 4 } },
  })
  expect(files.crop).toBeUndefined()
  const [train, tested] = [rowsOf(files).slice(0, 9), rowsOf(files).slice(9)]
  expect(byValue(train)).toEqual([
    ...[0, 1, 2].map((v) => [1, v]),
    ...[3, 4, 5].map((v) => [0, v]),
    ...[6, 7, 8].map((v) => [2, v]),
  ])
  expect(byValue(tested)).toEqual([
    [2, 90],
    [0, 91],
  ])
})

test('without parts a tenth of each class is to test with, the same always, and the classes are mixed', async () => {
  const folder = folderOf(await classesOf(['cat', 'dog'], 40))
  const files = await prepare(folder)
  expect(files).toMatchObject({ train: 72, test: 8, classNames: ['cat', 'dog'] })
  const rows = rowsOf(files)
  expect(byValue(rows)).toEqual(Array.from({ length: 80 }, (_, value) => [Math.floor(value / 40), value]))
  expect(rows.slice(72).filter(([label]) => label === 0)).toHaveLength(4)
  expect(rowsOf(await prepare(folder))).toEqual(rows)
  const first = rows.slice(0, 10).map(([label]) => label)
  expect(new Set(first)).toEqual(new Set([0, 1]))
  const few = await prepare(folder, { limit: 10 })
  expect(few).toMatchObject({ train: 10, test: 8, testStart: 72 })
})

test('a small class lends one picture, a single picture is trained on; a class may be called train', async () => {
  const folder = folderOf({ ...(await classesOf(['train', 'car'], 3)), 'bus/0.png': await plain(99) })
  expect(await prepare(folder)).toMatchObject({ train: 5, test: 2, classNames: ['bus', 'car', 'train'] })
})

test('coloured pictures have three channels, grey ones among them too; channels says otherwise', async () => {
  const files = await classesOf(['a', 'b'], 30)
  files['b/7.png'] = await plain([200, 100, 50])
  const folder = folderOf(files)
  const coloured = await prepare(folder)
  expect(coloured).toMatchObject({ channels: 3, train: 54, test: 6 })
  expect(readFileSync(coloured.imagesPath)).toHaveLength(60 * 16 * 3)
  expect(byValue(rowsOf(coloured)).at(-1)).toEqual([1, 200])
  const grey = await prepare(folder, { channels: 1 })
  expect(grey.channels).toBe(1)
  expect(readFileSync(grey.imagesPath)).toHaveLength(60 * 16)
  expect(rowsOf(grey).map(([, value]) => value)).toContain(Math.round(0.299 * 200 + 0.587 * 100 + 0.114 * 50))
  const three = await prepare(folderOf(await classesOf(['a', 'b'], 3)), { channels: 3 })
  expect(three.channels).toBe(3)
})

test('pictures of several sizes need one said', async () => {
  const folder = folderOf({ ...(await classesOf(['a', 'b'], 3)), 'a/wide.png': await plain(77, 4, 9) })
  await expect(prepare(folder)).rejects.toMatchObject({
    code: 'dataset',
    message: expect.stringMatching(/4×[49] pixels, .* has 4×[49]$/) as string,
    hint: 'pictures of several sizes are resized to one: dataset: { path: …, size: 32 }',
  })
  const files = await prepare(folder, { size: 6 })
  expect(files).toMatchObject({ height: 6, width: 6 })
  expect(readFileSync(files.imagesPath)).toHaveLength(7 * 36)
})

test('pixels are those of the pictures', async () => {
  const digits: Record<string, Buffer> = {}
  for (let i = 0; i < 6; i++) digits[`${i % 2}/${i}.png`] = await picture(mnistDigit(i), 28, 28).png().toBuffer()
  const files = await prepare(folderOf(digits))
  const images = readFileSync(files.imagesPath)
  const rows = Array.from({ length: 6 }, (_, row) => images.subarray(row * 784, (row + 1) * 784).toString('hex'))
  const expected = Array.from({ length: 6 }, (_, i) => Buffer.from(mnistDigit(i)).toString('hex'))
  expect(rows.sort()).toEqual(expected.sort())
})

test('what systems leave behind is no picture, and links are followed', async () => {
  const folder = folderOf({
    ...(await classesOf(['a', 'b'], 3)),
    ...{ 'a/.DS_Store': 'x', 'a/Thumbs.db': 'x', '.git/config': 'x', '__MACOSX/a/._0.png': 'x', 'README.md': 'x' },
  })
  symlinkSync(join(folder, 'a'), join(folder, 'c'))
  expect(await prepare(folder)).toMatchObject({ train: 6, test: 3, classNames: ['a', 'b', 'c'] })
})

test('it is decoded once; another picture, another name or another setting has its own place', async () => {
  const [folder, cache] = [folderOf(await classesOf(['a', 'b'], 3)), temporaryFolder()]
  const entries = () => readdirSync(cache).length
  const same = await Promise.all([1, 2, 3].map(() => prepareDataset({ path: folder }, cache)))
  expect(new Set(same.map(({ imagesPath }) => imagesPath)).size).toBe(1)
  expect(entries()).toBe(1)
  await prepareDataset({ path: folder, size: 5 }, cache)
  expect(entries()).toBe(2)
  writeFileSync(join(folder, 'a/0.png'), await plain(123))
  await prepareDataset({ path: folder }, cache)
  expect(entries()).toBe(3)
  rmSync(join(folder, 'b/0.png'))
  await prepareDataset({ path: folder }, cache)
  expect(entries()).toBe(4)
})

test('a file that is no picture is named, and nothing is left behind', async () => {
  const [folder, cache] = [folderOf({ ...(await classesOf(['a', 'b'], 9)), 'b/notes.txt': 'hello' }), temporaryFolder()]
  await expect(prepareDataset({ path: folder }, cache)).rejects.toMatchObject({
    code: 'image',
    message: `${join(folder, 'b/notes.txt')}: expected a PNG, JPEG or WebP picture; this is none`,
  })
  expect(readdirSync(cache)).toEqual([])
})

test.each([
  ['no folder', [], /expected a folder of pictures for each class, or four IDX files/],
  ['one class', ['a/0.png'], /expected two classes at least, found only a$/],
  ['an empty class', ['a/0.png', 'b/'], /b: expected pictures of this class, found none/],
  ['a class that is only in test', ['train/a/0.png', 'train/b/0.png', 'test/c/0.png'], /no class c to train on/],
  ['an empty test part', ['train/a/0.png', 'train/b/0.png', 'test/'], /test: expected a folder of pictures/],
  ['classes too deep', ['train/a/0.png', 'val/a/0.png'], /train.a: expected a picture, found a folder/],
  ['a picture in no class', ['a/0.png', 'b/0.png', '0.png'], /0\.png: the picture is in no class's folder/],
  ['nothing to test with', ['a/0.png', 'b/0.png'], /expected two pictures of a class at least/],
])('%s is refused', async (_, paths, message) => {
  const folder = folderOf({})
  for (const path of paths) {
    mkdirSync(join(folder, path, path.endsWith('/') ? '' : '..'), { recursive: true })
    if (!path.endsWith('/')) writeFileSync(join(folder, path), await plain(1))
  }
  await expect(prepare(folder)).rejects.toMatchObject({
    code: 'dataset',
    message: expect.stringMatching(message) as string,
  })
})

test('size and channels are not for IDX files', async () => {
  await expect(prepareDataset({ name: 'mnist', size: 20 }, temporaryFolder())).rejects.toMatchObject({
    message: 'dataset.size: is for folders of pictures; mnist is in IDX files',
    hint: 'leave it out, or take the centre of the images with dataset.crop',
  })
})
