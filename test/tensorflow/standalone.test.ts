import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../datasets/idx-files.ts'

const example = 'examples/compile-step.ts'

function run(environment: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, ['--import', 'tsx', example], {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  })
}

test('a program of one’s own loads TensorFlow and compiles its training step; nothing else is printed', () => {
  const { stdout, stderr, status } = run()
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  expect(stdout).toMatch(/^(epoch [1-5]: loss 0\.\d+, accuracy 0\.9\d+\n){5}\(1, −1\) belongs to corner 1\n$/)
})

test('variables that would change its results are removed, and it says so', () => {
  const { stdout, stderr, status } = run({ TF_ONEDNN_ASSUME_FROZEN_WEIGHTS: '1', ONEDNN_MAX_CPU_ISA: 'SSE41' })
  expect({ stdout, status }).toEqual({ stdout: run().stdout, status: 0 })
  expect(stderr).toMatch(/SwathWarning: Not passed .*: ONEDNN_MAX_CPU_ISA, TF_ONEDNN_ASSUME_FROZEN_WEIGHTS\.\n/)
})

test('it trains in plain JavaScript where that is asked for', () => {
  const { stdout, stderr, status } = run({ SWATH_BACKEND: 'portable' })
  expect({ stderr, status }).toEqual({ stderr: 'trains op by op: tfjs runs on its cpu backend\n', status: 0 })
  expect(stdout).toMatch(/epoch 5: loss 0\.\d+, accuracy 0\.9\d+\n/)
})

test('where TensorFlow was not set up, it ends with what to do', () => {
  const { stderr, status } = run({ SWATH_CACHE: temporaryFolder() })
  expect(status).toBe(1)
  expect(stderr).toMatch('SwathError: TensorFlow is not set up: run `npx swath setup` once')
  expect(stderr).toMatch('set SWATH_BACKEND=portable')
})

test('the page about it shows this example', () => {
  const page = readFileSync('docs/compile-step.md', 'utf8')
  expect(page).toContain(`\`\`\`ts\n${readFileSync(example, 'utf8')}\`\`\`\n`)
})
