import { join, resolve } from 'node:path'

import { expect, test } from 'vitest'

import { clusterStorm } from '../../bench/cluster-faults/cluster-storm.ts'
import { resultsOf } from '../../bench/cluster-faults/inspect.ts'
import { openStore } from '../../src/store/open.ts'
import { postgresLocation } from '../store/temporary-store.ts'
import { smallSweep, Swath, swath, workFolder } from './swath.ts'

test('whatever befalls a cluster, each trial counts once and ends with the bits of a run on one machine', async () => {
  const sweep = smallSweep.replace('name: small\n', 'retries: 1000\n').replace('{ value: 2 }', '{ value: 12 }')
  const calm = workFolder({ 'calm.yaml': `name: calm\n${sweep}` })
  expect((await swath(['run', 'calm.yaml'], calm)).code).toBe(0)
  const store = await openStore(`sqlite:${join(calm, 'swath.db')}`, 'read')
  const expected = await resultsOf(store, 'calm')
  await store.close()

  const report = await clusterStorm({
    ...{ swath: [process.execPath, resolve('bin/swath.js')], folder: workFolder(), sweep },
    ...{ hosts: 2, faults: 8, seed: 3 },
  })
  expect(report).toMatchObject({ jobsLeft: 0, crashes: [] })
  for (const { results, ...each } of report.sweeps) {
    expect(each).toMatchObject({ notCompleted: 0, notCountedOnce: 0, reportsLost: 0, attemptsOpen: 0 })
    expect(results.trials.toSorted()).toEqual(expected.trials.toSorted())
    expect(results.metrics.toSorted()).toEqual(expected.metrics.toSorted())
  }
}, 400_000)

const stuckOnce = `
import { existsSync, writeFileSync } from 'node:fs'
export default {
  async train({ params: { mark }, report }) {
    const isFirst = !existsSync(mark)
    writeFileSync(mark, '')
    await report({ epoch: 1, loss: 1 })
    if (isFirst) for (;;) await new Promise((resolve) => setTimeout(resolve, 1000))
  },
}
`

test('the last trial of a host that is gone is an idle one’s, though nobody watches the sweep', async () => {
  const folder = workFolder({ 'own.mjs': stuckOnce })
  const environment = { SWATH_STORE: postgresLocation(), SWATH_LEASE_MS: '2000' }
  const start = (...args: string[]) => new Swath(args, folder, undefined, environment)
  const file = workFolder({
    'own.mjs': stuckOnce,
    'own.yaml': `name: own
program: ./own.mjs
method: grid
parameters:
  mark: { value: ${join(folder, 'was-here')} }
`,
  })
  const watching = start('run', join(file, 'own.yaml'), '--workers', '0')
  await watching.says(/trials /)
  const first = start('worker', '--workers', '1')
  await first.says(/epoch 1: /)
  for (const { child, finished } of [watching, first]) {
    child.kill('SIGKILL')
    await finished
  }
  const second = start('worker', '--workers', '1')
  await second.says(/completed/)
})
