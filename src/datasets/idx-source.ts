import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SwathError } from '../errors.ts'
import { writeFlushed } from '../write-flushed.ts'
import { decodedNames, writeLabels, type DatasetSource, type DecodedDataset } from './decoded.ts'
import { findIdx, readIdx, type IdxFile } from './idx.ts'

/** MNIST's names, training part first. */
const fileNames = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const

/** Whether a folder has any of the four files. */
export function holdsIdx(folder: string): boolean {
  return fileNames.some((name) => findIdx(join(folder, name)) !== undefined)
}

/** A folder of four IDX files. @throws SwathError('dataset') if one is missing */
export function idxSource(folder: string): DatasetSource {
  const [trainImages, trainLabels, testImages, testLabels] = fileNames.map((name) => {
    const found = findIdx(join(folder, name))
    if (found !== undefined) return found
    throw new SwathError('dataset', `${folder}: expected ${name} or ${name}.gz in it`, {
      hint: "a data set's folder holds four IDX files with MNIST's names",
    })
  }) as [string, string, string, string]
  return {
    digest: () => digestOf([trainImages, trainLabels, testImages, testLabels]),
    decode: (into) => decodeIdx(readPart(trainImages, trainLabels), readPart(testImages, testLabels), into),
  }
}

/** MNIST's 55 MB take about 40 ms to hash. */
async function digestOf(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths) {
    try {
      hash.update(await readFile(path))
    } catch (error) {
      throw new SwathError('dataset', `${path}: ${(error as Error).message}`, { cause: error })
    }
  }
  return hash.digest('hex')
}

interface Part {
  readonly images: IdxFile
  readonly labels: IdxFile
}

function decodeIdx(train: Part, test: Part, folder: string): DecodedDataset {
  const [trainCount = 0, height = 0, width = 0] = train.images.dimensions
  const [testCount = 0, ...testSize] = test.images.dimensions
  if (testSize.join('×') !== `${height}×${width}`) {
    const message = `${test.images.path}: expected images of ${height}×${width} as in ${train.images.path}, found ${testSize.join('×')}`
    throw new SwathError('dataset', message)
  }
  const classes = 1 + train.labels.values.reduce((largest, label) => Math.max(largest, label), 0)
  const strayed = test.labels.values.findIndex((label) => label >= classes)
  if (strayed >= 0) {
    const message = `${test.labels.path}: expected labels from 0 to ${classes - 1}, found ${test.labels.values[strayed] ?? ''} at ${strayed}`
    throw new SwathError('dataset', message)
  }

  writeFlushed(join(folder, decodedNames.images), [train.images.values, test.images.values])
  writeLabels(folder, Int32Array.from([...train.labels.values, ...test.labels.values]))
  const classNames = Array.from({ length: classes }, (_, label) => String(label))
  return { train: trainCount, test: testCount, height, width, channels: 1, classes, classNames }
}

function readPart(imagesPath: string, labelsPath: string): Part {
  const images = readIdx(imagesPath, 3)
  const labels = readIdx(labelsPath, 1)
  if (images.dimensions.includes(0)) throw new SwathError('dataset', `${imagesPath}: expected images, found none`)
  if (images.dimensions[0] !== labels.dimensions[0]) {
    const message = `${labelsPath}: expected ${images.dimensions[0] ?? 0} labels, one an image, found ${labels.dimensions[0] ?? 0}`
    throw new SwathError('dataset', message)
  }
  return { images, labels }
}
