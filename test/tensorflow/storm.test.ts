import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

import { findRuntime } from '../../src/tensorflow/runtime.ts'

// With the set of attribute names that tfjs-node shares between threads this raced: names went missing from the set in most
// runs, and on one machine the process ended with a segmentation fault in four runs out of four. See src/setup/binding.ts.
it('many worker threads use the binding at once, and none disturbs another', () => {
  const runtime = findRuntime()
  if (runtime.backend !== 'tensorflow') throw new Error('the native runtime is not installed: swath setup')
  const storm = fileURLToPath(new URL('storm.ts', import.meta.url))
  const [rounds, workers, calls] = ['3', '6', '3000']
  const { status, signal, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', storm, runtime.bindingPath, rounds, workers, calls],
    { encoding: 'utf8' },
  )
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
})
