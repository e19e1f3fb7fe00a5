import { readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as TensorFlow from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { compileStep } from '../../src/tensorflow/compile-step.ts'
import { EagerStep } from '../../src/tensorflow/eager-step.ts'
import { sgd } from '../../src/tensorflow/optimizers/sgd.ts'
import type { Column, FileColumn, StepOptions, ValuesColumn } from '../../src/tensorflow/training-step.ts'
import { temporaryFolder } from '../datasets/idx-files.ts'
import { tf } from './native.ts'

const rows = 12
const shape = [rows, 3]
const count = (i: number) => i % 7
const scale = { multiply: 0.5, add: -1 }
const columns: Readonly<Record<string, ValuesColumn>> = {
  bytes: { values: Uint8Array.from({ length: 36 }, (_, i) => count(i)), shape },
  numbers: { values: Int32Array.from({ length: 36 }, (_, i) => count(i)), shape },
  floats: { values: Float32Array.from({ length: 36 }, (_, i) => count(i)), shape },
  scaled: { values: Int32Array.from({ length: 36 }, (_, i) => count(i)), shape, scale },
}

/** Measures the mean of each column over a batch; `types` says what the model saw. */
function optionsFor(used: Readonly<Record<string, Column>>): StepOptions & { readonly types: Record<string, string> } {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] })
  const types: Record<string, string> = {}
  return {
    types,
    model,
    loss: (batch) => {
      const loss = (model.apply(Object.values(batch)[0]?.toFloat() ?? []) as TensorFlow.Tensor).sum().asScalar()
      for (const [name, { dtype }] of Object.entries(batch)) types[name] = dtype
      return {
        loss,
        ...Object.fromEntries(
          Object.entries(batch).map(([name, each]) => [name, each.toFloat().mean<TensorFlow.Scalar>()]),
        ),
      }
    },
    optimizer: sgd({ learningRate: 0.1 }),
    columns: used,
    batchSize: 4,
    seed: 1,
    trainingRows: 4,
  }
}

const chosen = Int32Array.of(3, 0, 11, 3)
const mean =
  [...chosen].flatMap((row) => [0, 1, 2].map((i) => count(row * 3 + i))).reduce((sum, each) => sum + each, 0) / 12

test('columns in memory are gathered as those in files are, compiled and op by op', () => {
  const folder = temporaryFolder()
  const inFiles = Object.entries(columns).map(([name, { values, ...table }]): [string, FileColumn] => {
    const path = join(folder, name)
    writeFileSync(path, values)
    return [name, { ...table, path, dtype: name === 'bytes' ? 'uint8' : name === 'floats' ? 'float32' : 'int32' }]
  })
  for (const used of [columns, Object.fromEntries(inFiles)]) {
    const options = optionsFor(used)
    for (const step of [compileStep(tf, options), new EagerStep(tf, options, 'for a test')]) {
      const [call] = [...step.train(chosen, 0)]
      const expected = { bytes: mean, numbers: mean, floats: mean, scaled: mean * 0.5 - 1 }
      for (const [name, value] of Object.entries(expected)) expect(call?.measures[name]).toBeCloseTo(value, 5)
      expect(options.types).toEqual({ bytes: 'float32', numbers: 'int32', floats: 'float32', scaled: 'float32' })
      step.dispose()
    }
    options.model.dispose()
  }
})

test('a column in memory is copied: the files are gone and the array is free at once', () => {
  const values = new Float32Array(36).fill(1)
  const options = optionsFor({ x: { values, shape } })
  const step = compileStep(tf, options)
  expect(step.compiled).toBe(true)
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('swath-columns-'))).toEqual([])
  values.fill(5)
  expect([...step.train(chosen, 0)][0]?.measures.x).toBe(1)
  step.dispose()
  options.model.dispose()
})

test('a column whose values do not fill its shape is refused', () => {
  const values = new Float32Array(35)
  expect(() => compileStep(tf, optionsFor({ x: { values, shape } }))).toThrow(
    'columns.x: expected 12 × 3 values, got 35',
  )
  const path = join(temporaryFolder(), 'x')
  writeFileSync(path, values)
  expect(() => compileStep(tf, optionsFor({ x: { path, dtype: 'float32', shape } }))).toThrow(
    `columns.x: expected 12 × 3 values in ${path}, got 35`,
  )
})

test('a file may hold more rows than are used of it', () => {
  const path = join(temporaryFolder(), 'x')
  writeFileSync(path, new Float32Array(60).fill(2))
  const options = optionsFor({ x: { path, dtype: 'float32', shape } })
  for (const step of [compileStep(tf, options), new EagerStep(tf, options, 'for a test')]) {
    expect([...step.train(chosen, 0)][0]?.measures.x).toBe(2)
    step.dispose()
  }
  options.model.dispose()
})

test('a row that is not in the table is refused, compiled and op by op', () => {
  const options = optionsFor(columns)
  for (const step of [compileStep(tf, options), new EagerStep(tf, options, 'for a test')]) {
    expect(() => [...step.train(Int32Array.of(0, 1, rows, 2), 0)]).toThrow('is not in [0, 12)')
    step.dispose()
  }
  options.model.dispose()
})
