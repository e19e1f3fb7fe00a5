import type { DatasetFiles } from '../programs/program.ts'
import { readLabels, readPixels } from '../datasets/rows.ts'
import type { Classifier } from './classifier.ts'

/** How a model does on the test examples of its data set. */
export interface Evaluation {
  readonly images: number
  readonly correct: number
  readonly accuracy: number
  /** Of the model alone, without reading the images. */
  readonly seconds: number
  readonly imagesPerSecond: number
  /** How often an image of one class (row) was taken for another (column). */
  readonly confusion: readonly (readonly number[])[]
  /** Everything that it got wrong, the surest first. */
  readonly mistakes: readonly Mistake[]
}

export interface Mistake {
  /** In the data set's files. */
  readonly row: number
  readonly label: number
  readonly predicted: number
  /** How sure it was of what it predicted, 0 to 1. */
  readonly confidence: number
}

const batchSize = 1000

/** Classifies all test examples, in large batches. */
export async function evaluate(classifier: Classifier, dataset: DatasetFiles): Promise<Evaluation> {
  const { testStart, test, classes } = dataset
  const labels = await readLabels(dataset, testStart, test)
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  const mistakes: Mistake[] = []
  let seconds = 0
  for (let start = 0; start < test; start += batchSize) {
    const pixels = await readPixels(dataset, testStart + start, Math.min(batchSize, test - start))
    // TensorFlow makes the kernels of a batch size ready when it meets it.
    if (start === 0) classifier.probabilities(pixels)
    const began = performance.now()
    const probabilities = classifier.probabilities(pixels)
    seconds += (performance.now() - began) / 1000
    for (let i = 0; i < probabilities.length / classes; i++) {
      const predicted = largest(probabilities.subarray(i * classes, (i + 1) * classes))
      const label = labels[start + i] ?? 0
      const row = confusion[label]
      if (row !== undefined) row[predicted] = (row[predicted] ?? 0) + 1
      if (predicted === label) continue
      mistakes.push({
        row: testStart + start + i,
        label,
        predicted,
        confidence: probabilities[i * classes + predicted] ?? 0,
      })
    }
  }
  mistakes.sort((a, b) => b.confidence - a.confidence || a.row - b.row)
  const correct = test - mistakes.length
  return {
    ...{ images: test, correct, accuracy: correct / test, seconds },
    ...{ imagesPerSecond: test / seconds, confusion, mistakes },
  }
}

/** The position of the largest value, the first of equals. */
export function largest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > (values[best] ?? -Infinity) ? i : best), 0)
}
