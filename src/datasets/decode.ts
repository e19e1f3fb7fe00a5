import { randomUUID } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, SwathError } from '../errors.ts'
import { writeFlushed } from '../write-flushed.ts'
import type { DatasetSources } from './find.ts'
import { readIdx, type IdxFile } from './idx.ts'

/** What a decoded data set's `dataset.json` holds. */
export interface DecodedDataset {
  readonly train: number
  readonly test: number
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly classes: number
}

export const decodedNames = { images: 'images.u8', labels: 'labels.i32', description: 'dataset.json' } as const

/**
 * Checks the four files and writes their values raw into `folder`. It is written aside, flushed and renamed, so it is
 * there as a whole or not at all; whoever comes second throws his own away.
 *
 * @throws SwathError('dataset')
 */
export function decode(sources: DatasetSources, folder: string): void {
  const train = readPart(sources.trainImages, sources.trainLabels)
  const test = readPart(sources.testImages, sources.testLabels)
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

  const decoded: DecodedDataset = { train: trainCount, test: testCount, height, width, channels: 1, classes }
  const aside = `${folder}.${randomUUID()}`
  try {
    mkdirSync(aside, { recursive: true })
    writeFlushed(join(aside, decodedNames.images), [train.images.values, test.images.values])
    const labels = [train, test].map((part) => new Uint8Array(Int32Array.from(part.labels.values).buffer))
    writeFlushed(join(aside, decodedNames.labels), labels)
    writeFlushed(join(aside, decodedNames.description), [Buffer.from(JSON.stringify(decoded))])
    moveInto(aside, folder)
  } catch (error) {
    throw new SwathError('dataset', `${folder}: the decoded data set can't be written: ${messageOf(error)}`, {
      cause: error,
    })
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

function readPart(imagesPath: string, labelsPath: string): { readonly images: IdxFile; readonly labels: IdxFile } {
  const images = readIdx(imagesPath, 3)
  const labels = readIdx(labelsPath, 1)
  if (images.dimensions.includes(0)) throw new SwathError('dataset', `${imagesPath}: expected images, found none`)
  if (images.dimensions[0] !== labels.dimensions[0]) {
    const message = `${labelsPath}: expected ${images.dimensions[0] ?? 0} labels, one an image, found ${labels.dimensions[0] ?? 0}`
    throw new SwathError('dataset', message)
  }
  return { images, labels }
}

function moveInto(aside: string, folder: string): void {
  try {
    renameSync(aside, folder)
  } catch (error) {
    // Another process was quicker; the same content gave the same files.
    if (!statSync(join(folder, decodedNames.description), { throwIfNoEntry: false })?.isFile()) throw error
  }
}
