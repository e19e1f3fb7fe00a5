import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

import { describe, expect, it, test } from 'vitest'

import { foreignVariables, tensorflowEnvironment } from '../../src/tensorflow/environment.ts'

describe('of the user’s variables', () => {
  it('TensorFlow reads none that could change a result, whatever its name', () => {
    const names = ['TF_XLA_FLAGS', 'TF_FLAG_OF_A_LATER_VERSION', 'XLA_FLAGS', 'ONEDNN_MAX_CPU_ISA', 'DNNL_MAX_CPU_ISA']
    const set = Object.fromEntries([...names, 'OMP_NUM_THREADS', 'HWLOC_SYNTHETIC'].map((name) => [name, '1']))
    expect(foreignVariables({ ...set, PATH: '/bin' })).toEqual([...names, 'OMP_NUM_THREADS', 'HWLOC_SYNTHETIC'].sort())
    expect(tensorflowEnvironment(2, { ...set, PATH: '/bin' })).toEqual({
      ...{ PATH: '/bin', TF_CPP_MIN_LOG_LEVEL: '3', TF_OVERRIDE_GLOBAL_THREADPOOL: '1' },
      ...{ TF_NUM_INTRAOP_THREADS: '2', TF_NUM_INTEROP_THREADS: '-1', ONEDNN_PRIMITIVE_CACHE_CAPACITY: '128' },
    })
  })

  it('those stay that decide what is printed, which devices exist, or what Terraform does', () => {
    const set = { TF_CPP_MIN_LOG_LEVEL: '0', CUDA_VISIBLE_DEVICES: '1', TF_VAR_region: 'eu', TF_CLI_CONFIG_FILE: 'x' }
    expect(foreignVariables(set)).toEqual([])
    expect(tensorflowEnvironment(1, set)).toMatchObject(set)
  })
})

const script = fileURLToPath(new URL('train-past-clearing.ts', import.meta.url))

/** Mean distances: of the compiled weights from those trained op by op, and of both from the first weights. */
type Trained = Readonly<Record<'float32' | 'bfloat16', { readonly away: number; readonly moved: number }>>

// XLA's clusters hand their kernels copies of variables. An update in place was lost there: the weights did not move.
test.each([
  '--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit',
  '--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit --tf_xla_min_cluster_size=1',
])('swath’s kernels update the variables in graphs that XLA has cut up: %s', (flags) => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', TF_XLA_FLAGS: flags },
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  const { float32, bfloat16 } = JSON.parse(stdout) as Trained
  expect(float32.moved).toBeGreaterThan(0.001)
  expect(float32.away / float32.moved).toBeLessThan(0.001)
  expect(bfloat16.away / bfloat16.moved).toBeLessThan(0.2)
})

test('a worker thread that is the first to load TensorFlow refuses variables that only the main thread could remove', async () => {
  const module = new URL('../../src/tensorflow/environment.ts', import.meta.url).href
  const load = `import('tsx/esm/api')
    .then(({ register }) => (register(), import('${module}')))
    .then(({ requirePreparedEnvironment }) => requirePreparedEnvironment())`
  const run = (env: NodeJS.ProcessEnv) =>
    new Promise<string>((resolve) => {
      const worker = new Worker(load, { eval: true, env })
      worker
        .on('error', (error) => {
          resolve(error.message)
        })
        .on('exit', () => {
          resolve('loads')
        })
    })
  expect(await run({ PATH: process.env.PATH })).toBe('loads')
  expect(await run({ TF_XLA_FLAGS: 'x' })).toBe('TensorFlow would read TF_XLA_FLAGS from the environment')
})
