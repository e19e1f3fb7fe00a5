import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import { expect, test } from 'vitest'

import { ask, swath, workFolder } from './swath.ts'

/** Reports how many tensors there are when a trial begins; leaves some behind. */
const careless = `export default { async train({ tf, report }) {
  const tensors = tf.memory().numTensors
  const variable = tf.variable(tf.ones([100, 100]))
  await report({ epoch: 1, tensors })
  variable.add(1)
} }
`

/** A folder with a grid of so many trials of a program. */
function sweeping(program: string, trials: number): string {
  const yaml = `name: own\nprogram: ./own.mjs\nmethod: grid\nparameters: { x: { min: 1, max: ${trials} } }\n`
  return workFolder({ 'own.yaml': yaml, 'own.mjs': program })
}

test('a trial does not find the tensors of the one before it, and the run says once that they were left', async () => {
  const folder = sweeping(careless, 6)
  const run = await swath(['run', 'own.yaml', '--workers', '2'], folder)
  expect(run.code, run.stderr).toBe(0)
  expect(run.stderr.match(/trial \d ends with 3 tensors, 0\.1 MB that it has not disposed/g)).toHaveLength(1)
  expect(await ask('select distinct value from metrics', folder)).toEqual([{ value: 0 }])
})

test('the example leaves no tensor behind', async () => {
  const example = ['run', resolve('sweeps/circle.yaml'), '--set', 'epochs=1', '--set', 'units=[2]']
  const run = await swath(example, workFolder())
  expect(run.code, run.stderr).toBe(0)
  expect(run.stderr).not.toContain('tensor')
})

/** Each trial compiles half of what a thread may hold, and reports which thread it has. */
const compiling = `import { threadId } from 'node:worker_threads'
import { graphCompiled } from ${JSON.stringify(pathToFileURL(resolve('dist/src/tensorflow/thread-kernels.js')).href)}
const trainingBatches = Array.from({ length: 100 }, (_, k) => k)
export default { async train({ params, report }) {
  graphCompiled({ weights: [[params.x, 1]], precision: 'float32', trainingBatches, evaluationBatches: [] })
  await report({ epoch: 1, thread: threadId })
} }
`

test('a thread that holds many kernels is replaced between two trials, none of which notices', async () => {
  const folder = sweeping(compiling, 5)
  const run = await swath(['run', 'own.yaml', '--workers', '1'], folder)
  expect(run.code, run.stderr).toBe(0)
  const threads = await ask<{ value: number }>('select value from metrics order by trial_id', folder)
  const [a, b, c, d, e] = threads.map(({ value }) => value)
  expect([b, d]).toEqual([a, c])
  expect(new Set([a, c, e]).size).toBe(3)
})
