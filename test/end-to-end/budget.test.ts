import { expect, test } from 'vitest'

import { postgresLocation } from '../store/temporary-store.ts'
import { ask, smallSweep, Swath, swath, workFolder } from './swath.ts'

/** A trial takes 0.2 s. */
const program = `export default { async train({ params, report }) {
  await new Promise((resolve) => setTimeout(resolve, 200))
  await report({ epoch: 1, loss: (params.x - 3) ** 2 })
} }
`
const file = (more: string, method = 'grid') => `name: own
program: ./own.mjs
method: ${method}
metric: { name: loss }
resources: { cores: 0 }
parameters: { x: { ${method === 'grid' ? '' : 'distribution: q_uniform, '}min: 1, max: 40 } }
${more}
`
const counts = 'select state, count(*) as n from trials group by state order by state'

test.each(['grid', 'random'])(
  'a %s whose hours are spent begins no further trial, and goes on with more of them',
  async (method) => {
    const folder = workFolder({
      'own.yaml': file('run_cap: 12\nbudget: { hours: 0.0002 }', method),
      'own.mjs': program,
    })
    const args = ['run', 'own.yaml', '--workers', '2']
    const run = await swath(args, folder)
    expect(run.code, run.stderr).toBe(0)
    expect(run.stdout).toMatch(/own has ended: the budget of 0\.0002 hours is spent: [\d.]+ s of training\. \d/)
    const [completed] = await ask<{ state: string; n: number }>(counts, folder)
    // Those that trained when the time was over were trained to their end.
    expect(completed).toEqual({ state: 'completed', n: expect.toSatisfy((n: number) => n >= 1 && n < 12) as number })
    expect((await swath(['show', 'own'], folder)).stdout).toMatch(/^Ended: the budget of 0\.0002 hours is spent/m)

    const again = await swath(args, folder)
    expect(again.code).toBe(0)
    expect(again.stderr).not.toContain('trial')
    expect(again.stdout).toContain('own has ended: the budget of 0.0002 hours is spent')
    expect((await swath(['resume', 'own'], folder)).stdout).toContain('own has ended')
    expect(await ask(`select count(*) as n from events where kind = 'ended'`, folder)).toEqual([{ n: 3 }])

    const raised = await swath([...args, '--set', 'budget.hours=1'], folder)
    expect(raised.code, raised.stderr).toBe(0)
    expect(raised.stdout).not.toContain('has ended')
    expect(await ask(counts, folder)).toEqual([{ state: 'completed', n: 12 }])
    expect((await swath(['show', 'own'], folder)).stdout).not.toContain('Ended')
  },
)

test('a budget of trials plans no more than that, also of a grid, and holds where more were planned before', async () => {
  const folder = workFolder({ 'own.yaml': file('budget: { trials: 3 }'), 'own.mjs': program })
  const run = await swath(['run', 'own.yaml', '--workers', '4'], folder)
  expect(run.stdout).toContain('own has ended: the budget of 3 trials is spent. 3 trials completed.')
  expect(await ask(counts, folder)).toEqual([{ state: 'completed', n: 3 }])
  const whole = new Swath(['run', 'own.yaml', '--set', 'budget={}', '--workers', '1'], folder)
  await whole.says(/trial 4 .*completed/)
  whole.child.kill('SIGKILL')
  await whole.finished
  const lowered = await swath(['run', 'own.yaml', '--set', 'budget.trials=8', '--workers', '1'], folder)
  expect(lowered.stdout).toContain('own has ended: the budget of 8 trials is spent. 8 of 40 trials completed.')
  expect(await ask(counts, folder)).toEqual([
    { state: 'completed', n: 8 },
    { state: 'queued', n: 32 },
  ])
})

test('FLOPs and CO2 of a sweep on MNIST are counted and bounded', async () => {
  const folder = workFolder({ 'small.yaml': smallSweep })
  const flops = await swath(['run', 'small.yaml', '--workers', '1', '--set', 'budget.flops=1e8'], folder)
  expect(flops.stdout).toMatch(/small has ended: the budget of 100M FLOPs is spent: \d+M of training\. 1 of 4 trials/)
  const co2 = await swath(['run', 'small.yaml', '--workers', '1', '--set', 'budget.co2_g=1e-6'], folder)
  expect(co2.stdout).toMatch(
    /the budget of 1\.000e-6 g of CO2 is spent: .* g, an estimate: .* s at 16 W and 713 g a kilowatt-hour/,
  )
  expect((await swath(['run', 'small.yaml', '--workers', '1'], folder)).code).toBe(0)
  expect(await ask(counts, folder)).toEqual([{ state: 'completed', n: 4 }])
})

test('a budget of FLOPs is refused where nobody counts any', async () => {
  const folder = workFolder({ 'own.yaml': file('budget: { flops: 1e9 }'), 'own.mjs': program })
  const { code, stderr } = await swath(['run', 'own.yaml'], folder)
  expect(stderr).toMatch(/own\.yaml:7:18: budget\.flops: the program does not say what its model takes/)
  expect(code).toBe(2)
  const search = await swath(['run', 'own.yaml', '--set', 'method=random'], folder)
  expect(search.stderr).toMatch(/budget\.flops: the program does not say what its model takes/)
  expect(search.code).toBe(2)
})

test('a target ends a search once a trial has reached it, and a better one goes on', async () => {
  const target = (value: number) => file(`run_cap: 40`).replace('{ name: loss }', `{ name: loss, target: ${value} }`)
  const folder = workFolder({ 'own.yaml': target(1), 'own.mjs': program })
  const run = await swath(['run', 'own.yaml', '--workers', '1'], folder)
  expect(run.code, run.stderr).toBe(0)
  expect(run.stdout).toContain('own has ended: trial 2 has reached loss 1; the target was 1. 2 of 40 trials completed.')
  expect((await swath(['run', 'own.yaml', '--workers', '1', '--set', 'metric.target=0'], folder)).stdout).toContain(
    'trial 3 has reached loss 0; the target was 0. 3 of 40 trials completed.',
  )
})

test('a budget holds on hosts that share a store, whoever is there', async () => {
  const store = postgresLocation()
  const environment = { SWATH_STORE: store, SWATH_LEASE_MS: '2000' }
  const folder = workFolder({ 'own.yaml': file('budget: { hours: 0.0004 }'), 'own.mjs': program })
  const start = (...args: string[]) => new Swath(args, folder, undefined, environment)
  const run = start('run', 'own.yaml', '--workers', '0')
  await run.says(/^sweep/)
  run.child.kill('SIGKILL')
  await run.finished
  // Nobody watches: the host itself finds that it is over.
  const worker = start('worker', '--workers', '1')
  await worker.says(/completed/)
  const watching = await start('resume', 'own', '--workers', '0').finished
  expect(watching.code, watching.stderr).toBe(0)
  expect(watching.stdout).toContain('own has ended: the budget of 0.0004 hours is spent')
  const more = await start('run', 'own.yaml', '--workers', '0', '--set', 'budget.hours=1').finished
  expect(more.code, more.stderr).toBe(0)
  expect(more.stdout).not.toContain('has ended')
  const { stdout } = await start('sql', counts, '--json').finished
  expect(JSON.parse(stdout)).toEqual([{ state: 'completed', n: 40 }])
  worker.child.kill('SIGTERM')
  expect((await worker.finished).code).toBe(0)
})

test('after a kill -9 the time in which nothing ran does not count, and the last trial of a budget is trained to its end', async () => {
  const slow = program.replace('200', 'params.x === 3 ? 2500 : 200')
  const folder = workFolder({ 'own.yaml': file('budget: { trials: 3, hours: 0.0025 }'), 'own.mjs': slow })
  const args = ['run', 'own.yaml', '--workers', '1']
  const first = new Swath(args, folder)
  await first.says(/trial 2 .*completed/)
  first.child.kill('SIGKILL')
  await first.finished
  const before = Date.now()
  await ask(counts, folder)
  // Longer than all of the budget.
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, 9_000 - (Date.now() - before))))
  const { code, stdout, stderr } = await swath(args, folder)
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('own has ended: the budget of 3 trials is spent. 3 trials completed.')
})
