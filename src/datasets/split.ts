import type { DatasetFiles } from '../programs/program.ts'
import { randomStream, shuffle } from '../random/stream.ts'

/** Rows of a data set's files. */
export interface Split {
  readonly train: Int32Array
  readonly validation: Int32Array
  readonly test: Int32Array
}

/** The seed of the split belongs to the data set, not to the trial: all trials of all sweeps are validated alike. */
const splitSeed = 0

/** Sets a tenth of the training examples aside for validation, chosen at random, the same ones always. */
export function splitDataset({ train, test, testStart }: DatasetFiles): Split {
  const rows = shuffle(rowsFrom(0, train), randomStream(splitSeed, 'validation'))
  const validation = validationExamples(train)
  return {
    train: rows.slice(0, train - validation),
    validation: rows.slice(train - validation),
    test: rowsFrom(testStart, test),
  }
}

/** Examples that are trained on, out of `train` that the data set has for it. */
export function trainingExamples({ train }: Pick<DatasetFiles, 'train'>): number {
  return train - validationExamples(train)
}

function validationExamples(train: number): number {
  return Math.floor(train / 10)
}

/** The order in which a trial sees its training rows in an epoch, counted from 1: depends on nothing else. */
export function epochOrder(rows: Int32Array, seed: number, epoch: number): Int32Array {
  return shuffle(rows.slice(), randomStream(seed, `epoch ${epoch}`))
}

function rowsFrom(first: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => first + i)
}
