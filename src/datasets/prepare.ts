import { join } from 'node:path'
import { SwathError } from '../errors.ts'
import { pathBelow } from '../path-below.ts'
import type { DatasetFiles } from '../programs/program.ts'
import { cached } from '../setup/cache.ts'
import { cropped } from './crop.ts'
import { decodedIn, decodedNames } from './decoded.ts'
import { findDataset } from './find.ts'
import type { DatasetReference } from './reference.ts'

export type { DatasetReference } from './reference.ts'

/** Another layout of the decoded files, or another way to make them, needs another number: it is part of their key. */
const layout = 3

/**
 * Decodes a data set once into raw files under `cacheFolder`, keyed by its content, and says where they are. Safe when
 * several processes do it at once. With a `limit` n the first n training and the first n test examples are used: the
 * same ones always, out of the same files.
 *
 * @throws SwathError('dataset'), and SwathError('image') for a picture that cannot be read
 */
export async function prepareDataset(
  reference: DatasetReference,
  cacheFolder = cached('datasets'),
): Promise<DatasetFiles> {
  const { limit = Infinity, crop, size } = reference
  refuseNoCount({ limit: reference.limit, crop, size })
  const { name, source } = findDataset(reference)
  const whole = pathBelow(cacheFolder, `${layout}-${(await source.digest()).slice(0, 16)}`, 'dataset')
  const uncropped = await decodedIn(whole, (aside) => source.decode(aside))
  const { folder, decoded } =
    crop === undefined ? { folder: whole, decoded: uncropped } : await cropped(whole, uncropped, crop)
  return {
    name,
    imagesPath: join(folder, decodedNames.images),
    labelsPath: join(folder, decodedNames.labels),
    ...decoded,
    source: { height: uncropped.height, width: uncropped.width },
    ...(folder === whole ? {} : { crop }),
    train: Math.min(limit, decoded.train),
    test: Math.min(limit, decoded.test),
    testStart: decoded.train,
  }
}

function refuseNoCount(settings: Readonly<Record<string, number | undefined>>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue
    throw new SwathError('dataset', `dataset.${name}: expected a whole number above 0, got ${value}`)
  }
}
