import { SwathError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import type { DatasetFiles, Parameters } from '../programs/program.ts'
import { prepareDataset } from './prepare.ts'
import { datasetSchema, type DatasetReference } from './reference.ts'

const prefix = 'dataset.'

/** A point's parameters without those of its data set: `dataset.crop: 20` is the data set's `crop`. */
export function programParameters(params: Parameters): Parameters {
  return Object.fromEntries(Object.entries(params).filter(([name]) => !name.startsWith(prefix)))
}

/** The data sets of a sweep's trials: each is prepared once, however many trials train on it. */
export class TrialDatasets {
  readonly #reference: DatasetReference | null
  readonly #prepared = new Map<string, Promise<DatasetFiles>>()

  /** @param reference what the sweep file names; null for none */
  constructor(reference: DatasetReference | null) {
    this.#reference = reference
  }

  /** The data set that a point is trained on. @throws SwathError('dataset') */
  async of(params: Parameters): Promise<DatasetFiles | undefined> {
    const own = Object.entries(params).filter(([name]) => name.startsWith(prefix))
    if (this.#reference === null) {
      const [first] = own
      if (first === undefined) return undefined
      throw new SwathError('dataset', `${first[0]}: the sweep has no data set`, { hint: 'name one with dataset: …' })
    }
    const reference = merged(this.#reference, own)
    const key = JSON.stringify(reference)
    const known = this.#prepared.get(key) ?? prepareDataset(reference)
    this.#prepared.set(key, known)
    // What failed is tried again: a disk that was full may have room by then.
    known.catch(() => this.#prepared.delete(key))
    return known
  }
}

function merged(reference: DatasetReference, own: readonly [string, unknown][]): DatasetReference {
  const settings = {
    ...reference,
    ...Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value])),
  }
  const parsed = datasetSchema.safeParse(settings)
  if (parsed.success) return parsed.data as DatasetReference
  const [issue] = parsed.error.issues
  const known = Object.keys(datasetSchema.shape)
  if (issue?.code === 'unrecognized_keys') {
    const [name = ''] = issue.keys
    throw new SwathError('dataset', `${prefix}${name}: there is no such setting; did you mean ${nearest(name, known)}?`)
  }
  throw new SwathError(
    'dataset',
    `${prefix}${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'expected another value'}`,
  )
}
