import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SwathError } from '../errors.ts'
import type { DatasetFiles } from '../programs/program.ts'
import { cached } from '../setup/cache.ts'
import { decode, decodedNames, type DecodedDataset } from './decode.ts'
import { findDataset, type DatasetReference, type DatasetSources } from './find.ts'

export type { DatasetReference } from './find.ts'

/** Another layout of the decoded files needs another number: it is part of their key. */
const layout = 2

/**
 * Decodes a data set once into raw files under `cacheFolder`, keyed by its content, and says where they are. Safe when
 * several processes do it at once. With a `limit` n the first n training and the first n test examples are used: the
 * same ones always, out of the same files.
 *
 * @throws SwathError('dataset')
 */
export async function prepareDataset(
  reference: DatasetReference,
  cacheFolder = cached('datasets'),
): Promise<DatasetFiles> {
  const { limit = Infinity } = reference
  if (limit !== Infinity && !(Number.isInteger(limit) && limit >= 1)) {
    throw new SwathError('dataset', `dataset.limit: expected a whole number above 0, got ${limit}`)
  }
  const sources = findDataset(reference)
  const folder = join(cacheFolder, await keyOf(sources))
  const description = join(folder, decodedNames.description)
  if (!existsSync(description)) decode(sources, folder)
  const decoded = JSON.parse(readFileSync(description, 'utf8')) as DecodedDataset
  return {
    name: sources.name,
    imagesPath: join(folder, decodedNames.images),
    labelsPath: join(folder, decodedNames.labels),
    ...decoded,
    classNames: Array.from({ length: decoded.classes }, (_, label) => String(label)),
    train: Math.min(limit, decoded.train),
    test: Math.min(limit, decoded.test),
    testStart: decoded.train,
  }
}

/** MNIST's 55 MB take about 40 ms to hash. */
async function keyOf({ trainImages, trainLabels, testImages, testLabels }: DatasetSources): Promise<string> {
  const hash = createHash('sha256').update(`layout ${layout}`)
  for (const path of [trainImages, trainLabels, testImages, testLabels]) {
    try {
      hash.update(await readFile(path))
    } catch (error) {
      throw new SwathError('dataset', `${path}: ${(error as Error).message}`, { cause: error })
    }
  }
  return hash.digest('hex').slice(0, 16)
}
