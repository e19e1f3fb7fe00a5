import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { describeRuntime, findRuntime } from '../../src/tensorflow/runtime.ts'

let empty: string

beforeEach(() => {
  empty = mkdtempSync(join(tmpdir(), 'swath-runtime-'))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(empty, { recursive: true })
})

it('finds TensorFlow in the cache, after a set-up', () => {
  expect(findRuntime()).toMatchObject({ backend: 'tensorflow', version: '2.21.0' })
  expect(describeRuntime(findRuntime())).toBe('TensorFlow 2.21.0')
})

it('is portable, and says why, where nothing was set up', () => {
  vi.stubEnv('SWATH_CACHE', empty)
  expect(findRuntime()).toEqual({
    backend: 'portable',
    reason: 'TensorFlow is not set up',
    hint: 'run `swath setup`',
  })
})

it('is portable where SWATH_BACKEND asks for it', () => {
  vi.stubEnv('SWATH_BACKEND', 'portable')
  expect(findRuntime()).toMatchObject({ backend: 'portable', reason: 'SWATH_BACKEND=portable asks for it' })
})
