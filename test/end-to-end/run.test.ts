import { join } from 'node:path'

import { expect, test } from 'vitest'

import { packageRoot } from '../../src/package-root.ts'
import { ask, smallSweep, Swath, swath, workFolder } from './swath.ts'

const hashes = 'select params, repeat, weights_sha256 from trials order by number'
const metrics = `select t.number, m.epoch, m.name, m.value from metrics m join trials t on t.id = m.trial_id
  where m.name not like '%seconds' and m.name not like '%per_second' order by 1, 3, 2`

test('a sweep trains, prints its Pareto table, and is complete when it is run again', async () => {
  const folder = workFolder({ 'small.yaml': smallSweep })
  const first = await swath(['run', 'small.yaml'], folder)
  expect(first.code, first.stderr).toBe(0)
  expect(first.stdout).toMatch(/small: test accuracy against FLOPs/)
  expect(first.stdout).toMatch(/★ +\d+ +\d +\d\d +[\d,]+ +[\d,]+ +\d\d\.\d\d %/)
  expect(first.stdout).toMatch(/swath show small/)
  expect(await ask('select count(*) as n, count(distinct weights_sha256) as hashes from trials', folder)).toEqual([
    { n: 4, hashes: 4 },
  ])

  const again = await swath(['run', 'small.yaml'], folder)
  expect(again.code).toBe(0)
  expect(again.stdout).toMatch(/^small is complete: 4 of 4 trials completed\.\n/)
  expect(again.stdout).toMatch(/★/)
  expect(again.stderr).toBe('')
})

test('one worker or two, in any order, give the same bits', async () => {
  const [alone, together] = [workFolder({ 'small.yaml': smallSweep }), workFolder({ 'small.yaml': smallSweep })]
  await swath(['run', 'small.yaml', '--workers', '1'], alone)
  await swath(['run', 'small.yaml'], together)
  expect(await ask(hashes, together)).toEqual(await ask(hashes, alone))
  expect(await ask(metrics, together)).toEqual(await ask(metrics, alone))
})

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'after %s nothing reported is lost, and what is left is trained to the same bits',
  async (signal) => {
    const [whole, broken] = [workFolder({ 'small.yaml': smallSweep }), workFolder({ 'small.yaml': smallSweep })]
    await swath(['run', 'small.yaml'], whole)

    const run = new Swath(['run', 'small.yaml', '--workers', '1'], broken)
    await run.says(/epoch 1: /)
    run.child.kill(signal)
    const { code } = await run.finished
    expect(code).toBe(signal === 'SIGKILL' ? null : 130)
    expect((await ask<{ n: number }>('select count(*) as n from metrics', broken))[0]?.n).toBeGreaterThan(0)

    const resumed = await swath(['resume'], broken)
    expect(resumed.code, resumed.stderr).toBe(0)
    expect(await ask(hashes, broken)).toEqual(await ask(hashes, whole))
    expect(await ask(metrics, broken)).toEqual(await ask(metrics, whole))
    const [interrupted] = await ask<{ n: number }>(
      "select count(*) as n from attempts where state in ('interrupted', 'running')",
      broken,
    )
    // None, if the signal came just between two trials.
    expect(interrupted?.n).toBeLessThanOrEqual(1)
    expect(await ask("select count(*) as n from attempts where state = 'running'", broken)).toEqual([{ n: 0 }])
    expect(await ask('select * from coordinators', broken)).toEqual([])
  },
)

test('--set and --seed replace what the file says, and --new starts another sweep', async () => {
  const folder = workFolder({ 'small.yaml': smallSweep })
  const small = ['--set', 'depth=1', '--set', 'width=16', '--set', 'epochs=1']
  expect((await swath(['run', 'small.yaml', ...small], folder)).code).toBe(0)

  const changed = await swath(['run', 'small.yaml', ...small, '--seed', '1'], folder)
  expect(changed.code).toBe(2)
  expect(changed.stderr).toMatch(
    /small is in the store with other settings:\n {2}seed: 0 → 1\n→ start another sweep with --new/,
  )

  expect((await swath(['run', 'small.yaml', ...small, '--seed', '1', '--new'], folder)).code).toBe(0)
  const rows = await ask<{ name: string; h: string }>(
    'select s.name, weights_sha256 as h from trials join sweeps s on s.id = sweep_id order by s.id',
    folder,
  )
  expect(rows.map((row) => row.name)).toEqual(['small', 'small-2'])
  expect(rows[0]?.h).not.toBe(rows[1]?.h)
})

test('a dry run prints the plan and writes nothing', async () => {
  const folder = workFolder({ 'small.yaml': smallSweep })
  const { code, stdout } = await swath(['run', 'small.yaml', '--dry-run'], folder)
  expect(code).toBe(0)
  expect(stdout).toMatch(/small: 4 trials of mlp, grid, \d at once/)
  expect(stdout).toMatch(/1 +1 +16 +12,730 +25,408/)
  expect(stdout).toMatch(/Nothing was trained and nothing was written/)
  expect((await swath(['list'], folder)).stderr).toMatch(/there is no store/)
})

test('a sweep that somebody runs is not run twice, and can be cancelled and taken up again', async () => {
  const folder = workFolder({ 'small.yaml': smallSweep })
  const long = ['run', 'small.yaml', '--workers', '1', '--set', 'epochs=500']
  const run = new Swath(long, folder)
  await run.says(/epoch 1: /)

  const second = await swath(long, folder)
  expect(second.code).toBe(2)
  expect(second.stderr).toMatch(/small is being run by process \d+ on \S+, since 2\d{3}-/)
  const deleted = await swath(['delete', 'small', '--yes'], folder)
  expect(deleted.code).toBe(2)
  expect(deleted.stderr).toMatch(/stop it first: swath cancel small/)

  expect((await swath(['cancel', 'small'], folder)).stdout).toMatch(/small: \d waiting trials cancelled/)
  await run.finished
  expect(await ask("select count(*) as n from trials where state in ('queued', 'running')", folder)).toEqual([{ n: 0 }])

  expect(await ask("select count(*) as n from trials where state = 'cancelled'", folder)).toEqual([{ n: 4 }])
  const resumed = new Swath(['resume'], folder)
  await resumed.says(/epoch 1: /)
  expect(await ask('select distinct state from trials order by state', folder)).toEqual([
    { state: 'queued' },
    { state: 'running' },
  ])
  resumed.child.kill('SIGINT')
  expect((await resumed.finished).code).toBe(130)
  expect((await swath(['delete', 'small'], folder)).stderr).toMatch(/delete asks first.*\n→ add --yes/)
  expect((await swath(['delete', 'small', '--yes'], folder)).stdout).toBe('small deleted.\n')
  expect((await swath(['list'], folder)).stdout).toMatch(/No sweep yet/)
})

test('a whole width-128 network passes 93 % on the test images in two epochs of all of MNIST', async () => {
  const folder = workFolder()
  const sweep = join(packageRoot, 'sweeps', 'mnist-depth-width.yaml')
  const run = await swath(['run', sweep, '--set', 'depth=1', '--set', 'width=128'], folder)
  expect(run.code, run.stderr).toBe(0)
  const [trial] = await ask<Record<string, number>>('select * from sweep_mnist_depth_width', folder)
  expect(trial).toMatchObject({ depth: 1, width: 128, epochs: 2, parameter_count: 101_770, flops: 203_264 })
  expect(trial?.test_accuracy).toBeGreaterThan(0.93)
})
