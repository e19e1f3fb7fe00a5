import { describe, expect, it, test } from 'vitest'

import { tensorflowVersion } from '../../src/setup/tensorflow-release.ts'
import type { Platform } from '../../src/tensorflow/platform.ts'
import { ask, smallSweep, Swath, workFolder } from './swath.ts'

const sweep = smallSweep.replace('[1, 2]', '[1]').replace('[16, 32]', '[32]').replace('{ value: 2 }', '{ value: 1 }')

async function train(environment: NodeJS.ProcessEnv, file = sweep) {
  const folder = workFolder({ 'small.yaml': file })
  const { code, stderr } = await new Swath(['run', 'small.yaml'], folder, undefined, environment).finished
  expect(code, stderr).toBe(0)
  const [trial] = await ask<{ weights_sha256: string; runtime: string }>(
    'select weights_sha256, runtime from trials join attempts on trial_id = id',
    folder,
  )
  return { hash: trial?.weights_sha256, runtime: JSON.parse(trial?.runtime ?? '{}') as Platform, stderr }
}

/** Each of these but the last three gave other bits, wrong results or a crash when TensorFlow read it. */
const settings: Readonly<Record<string, NodeJS.ProcessEnv>> = {
  'XLA’s clusters': { TF_XLA_FLAGS: '--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit' },
  'XLA’s clusters of one op': {
    TF_XLA_FLAGS: '--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit --tf_xla_min_cluster_size=1',
  },
  'a flag that XLA does not know': { TF_XLA_FLAGS: '--no_such_flag' },
  'no oneDNN': { TF_ENABLE_ONEDNN_OPTS: '0' },
  'oneDNN for SSE4.1': { ONEDNN_MAX_CPU_ISA: 'SSE41' },
  'oneDNN for AVX2, under its former name': { DNNL_MAX_CPU_ISA: 'AVX2' },
  'weights that oneDNN takes for constants': { TF_ONEDNN_ASSUME_FROZEN_WEIGHTS: '1' },
  'devices that are not there': { TF_ENABLED_DEVICE_TYPES: 'GPU' },
  'numbers of threads': {
    ...{ OMP_NUM_THREADS: '3', MKL_NUM_THREADS: '3', TF_NUM_INTRAOP_THREADS: '7', TF_NUM_INTEROP_THREADS: '3' },
  },
  'deterministic ops': { TF_DETERMINISTIC_OPS: '1' },
  'another place in the world': {
    ...{ TZ: 'Asia/Kolkata', LC_ALL: 'de_DE.UTF-8', LANG: 'tr_TR.UTF-8' },
    ...{ UV_THREADPOOL_SIZE: '1', NODE_OPTIONS: '--max-old-space-size=512' },
  },
}

describe('the same seed gives the same bits', () => {
  let plain: ReturnType<typeof train> | undefined

  it.each(Object.keys(settings))('with %s in the environment', async (name) => {
    plain ??= train({})
    const expected = await plain
    const { hash, runtime, stderr } = await train(settings[name] ?? {})
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(hash).toBe(expected.hash)
    expect(runtime).toEqual(expected.runtime)
    expect(runtime).toMatchObject({ backend: 'tensorflow', tensorflow: tensorflowVersion, node: process.versions.node })
    const ignored = Object.keys(settings[name] ?? {}).filter((each) => /^(TF|ONEDNN|DNNL|OMP|MKL)_/.test(each))
    const notes = stderr.split('\n').filter((line) => line.includes('Not passed to'))
    if (ignored.length === 0) expect(notes).toEqual([])
    else expect(notes).toEqual([expect.stringContaining(ignored.sort().join(', '))])
  })
})

test('what a program starts has the user’s own variables, also after TensorFlow was loaded beside it', async () => {
  const folder = workFolder({
    'program.mjs': `import { execFileSync } from 'node:child_process'
export default {
  async train(trial) {
    const sum = trial.tf.tidy(() => trial.tf.tensor1d([1, 2]).sum().dataSync()[0])
    const seen = execFileSync('sh', ['-c', 'echo $TF_XLA_FLAGS $OMP_NUM_THREADS \${TF_OVERRIDE_GLOBAL_THREADPOOL-unset}'])
    console.log('child: ' + seen.toString().trim() + ', sum ' + sum)
    await trial.report({ epoch: 1, x: 1 })
  },
}\n`,
    'program.yaml':
      'program: ./program.mjs\nmethod: grid\nmetric: { name: x, goal: maximize }\nparameters: { a: { value: 1 } }\n',
  })
  const environment = { TF_XLA_FLAGS: '--no_such_flag', OMP_NUM_THREADS: '5' }
  const { code, stderr } = await new Swath(['run', 'program.yaml'], folder, undefined, environment).finished
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('child: --no_such_flag 5 unset, sum 3')
})
