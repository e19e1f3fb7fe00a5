import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('print-load.ts', import.meta.url))

function load(environment: NodeJS.ProcessEnv) {
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script], {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  })
  return { stdout, stderr }
}

describe('loading tfjs', () => {
  it.each([
    ['tensorflow', {}],
    ['cpu', { SWATH_BACKEND: 'portable' }],
  ])('on the %s backend prints nothing of its own', (backend, environment) => {
    // One step takes the weights from 1 to 0 and the bias from 0 to −1, so an output of 3 to −1, where 1 is wanted.
    expect(load(environment)).toEqual({ stdout: `{"backend":"${backend}","loss":4,"top":[1,1]}\n`, stderr: '' })
  })
})
