import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as TensorFlow from '@tensorflow/tfjs'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { randomStream } from '../../src/random/stream.ts'
import type { FileColumn } from '../../src/tensorflow/training-step.ts'

/** A table of random examples on disk: float32 inputs of a shape, and a label from 0 to `classes` − 1 for each. */
export interface Examples {
  readonly columns: { readonly x: FileColumn; readonly y: FileColumn }
  remove(): void
}

export function writeExamples(rows: number, shape: readonly number[], classes: number, words = 0): Examples {
  const folder = mkdtempSync(join(tmpdir(), 'swath-test-'))
  const stream = randomStream(rows, shape.join())
  const size = rows * shape.reduce((product, length) => product * length, 1)
  const value = words > 0 ? () => uniformInt(stream, 0, words - 1) : () => 2 * uniformFloat64(stream) - 1
  const [x, y] = [join(folder, 'x'), join(folder, 'y')]
  writeFileSync(x, Float32Array.from({ length: size }, value))
  writeFileSync(
    y,
    Int32Array.from({ length: rows }, () => uniformInt(stream, 0, classes - 1)),
  )
  return {
    columns: {
      x: { path: x, dtype: 'float32', shape: [rows, ...shape] },
      y: { path: y, dtype: 'int32', shape: [rows] },
    },
    remove() {
      rmSync(folder, { recursive: true })
    },
  }
}

/** Gives all weights of a model the same values on any backend; scales and variances stay near 1. */
export function fillWeights(tf: typeof TensorFlow, model: TensorFlow.LayersModel): void {
  const stream = randomStream(1, 'fill')
  tf.tidy(() => {
    model.setWeights(
      model.weights.map(({ shape, name }) => {
        const sizes = shape.map(Number)
        const centre = /gamma|variance/.test(name) ? 1 : 0
        const count = sizes.reduce((product, length) => product * length, 1)
        const values = Float32Array.from({ length: count }, () => centre + (uniformFloat64(stream) - 0.5) * 0.4)
        return tf.tensor(values, sizes)
      }),
    )
  })
}

/** The first `count` rows of a table, over and over. */
export function rowsOf(count: number, table: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => (i * 7) % table)
}
