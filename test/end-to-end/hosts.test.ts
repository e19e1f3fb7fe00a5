import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { postgresLocation } from '../store/temporary-store.ts'
import { ask, smallSweep, Swath, swath, workFolder } from './swath.ts'

interface Trial {
  readonly params: string
  readonly state: string
  readonly attempt: number
  readonly weights_sha256: string | null
}

const trialsQuery = `
  select t.params, t.state, t.attempt, t.weights_sha256
  from trials t join sweeps s on s.id = t.sweep_id where s.name = 'small' order by t.number`
const metricsQuery = `
  select t.number, m.epoch, m.name, m.value
  from metrics m join trials t on t.id = m.trial_id
  where m.name not in ('epoch_seconds', 'images_per_second') order by t.number, m.epoch, m.name`

const longSweep = smallSweep.replace('epochs: { value: 2 }', 'epochs: { value: 8 }')

/** A folder whose `swath` commands use a store of their own on the server of the test run. */
function onPostgres(files: Readonly<Record<string, string>>) {
  const folder = workFolder(files)
  const environment = { SWATH_STORE: postgresLocation(), SWATH_LEASE_MS: '2000' }
  const startWith = (more: NodeJS.ProcessEnv, ...args: string[]) =>
    new Swath(args, folder, undefined, { ...environment, ...more })
  const start = (...args: string[]) => startWith({}, ...args)
  const query = async <Row>(sql: string): Promise<Row[]> => {
    const { code, stdout, stderr } = await start('sql', sql, '--json', '--limit', '0').finished
    if (code !== 0) throw new Error(stderr)
    return JSON.parse(stdout) as Row[]
  }
  return { folder, start, startWith, query }
}

/** What one machine makes of the same file. */
async function onOneMachine(file: string) {
  const folder = workFolder({ 'small.yaml': file })
  expect((await swath(['run', 'small.yaml', '--workers', '1'], folder)).code).toBe(0)
  return {
    trials: await ask<Trial>(trialsQuery, folder),
    metrics: await ask(`${metricsQuery} limit 1000`, folder),
  }
}

describe('a sweep on hosts', () => {
  test('is trained to the same bits as on one machine, by whoever is there', async () => {
    const alone = await onOneMachine(smallSweep)
    const { start, query } = onPostgres({ 'small.yaml': smallSweep })
    const workers = [start('worker', '--workers', '1'), start('worker', '--workers', '1')]
    const { code, stdout, stderr } = await start('run', 'small.yaml', '--workers', '0').finished
    expect(stderr).toContain('trial 1 (depth 1, width 16) completed')
    expect(stdout).toContain('small: ')
    expect(code).toBe(0)
    expect(await query<Trial>(trialsQuery)).toEqual(alone.trials)
    expect(await query(metricsQuery)).toEqual(alone.metrics)
    expect(await query(`select distinct host from attempts where state <> 'completed'`)).toEqual([])

    for (const { child } of workers) child.kill('SIGTERM')
    for (const { finished } of workers) expect((await finished).code).toBe(0)
    expect(await query('select state from hosts')).toEqual([{ state: 'gone' }, { state: 'gone' }])
  })

  test('goes on from its checkpoints when a host is drained in mid-trial, and again when who watches is killed', async () => {
    const alone = await onOneMachine(longSweep)
    const { start, query } = onPostgres({ 'small.yaml': longSweep })
    const coordinator = start('run', 'small.yaml', '--workers', '0')
    const first = start('worker', '--workers', '1')
    await first.says(/epoch 2/)
    first.child.kill('SIGTERM')
    expect((await first.finished).code).toBe(0)
    expect(await query(`select state, resumed_epoch from attempts`)).toEqual([
      { state: 'interrupted', resumed_epoch: 0 },
    ])
    coordinator.child.kill('SIGKILL')
    await coordinator.finished

    const second = start('worker', '--workers', '1')
    await second.says(/completed/)
    const { code } = await start('resume', 'small', '--workers', '0').finished
    expect(code).toBe(0)
    const trials = await query<Trial>(trialsQuery)
    expect(trials.map(({ weights_sha256 }) => weights_sha256)).toEqual(
      alone.trials.map((trial) => trial.weights_sha256),
    )
    expect(trials.map(({ attempt }) => attempt).toSorted()).toEqual([1, 1, 1, 2])
    expect(await query(metricsQuery)).toEqual(alone.metrics)
    const [again] = await query<{ resumed_epoch: number }>('select resumed_epoch from attempts where attempt = 2')
    expect(again?.resumed_epoch).toBeGreaterThanOrEqual(2)
  })

  test('whose program is a module is sent it, and what it imports, to hosts with its tags', async () => {
    const { folder, start, query } = onPostgres({
      'own.yaml': own(`send: [lib]\nresources: { cores: 0, tags: [near] }`),
      'own.mjs': `import { square } from './lib/square.mjs'\n${reporting('square(params.x)')}`,
      'lib/square.mjs': `export const square = (x) => x * x\n`,
    })
    const far = start('worker', '--workers', '1')
    const run = start('run', 'own.yaml', '--workers', '0')
    await run.says(/^sweep/)
    // Gone before anybody trains it: hosts have their own.
    rmSync(join(folder, 'lib'), { recursive: true })
    const near = start('worker', '--workers', '1', '--tags', 'near,big')
    expect((await run.finished).code).toBe(0)
    expect(await query('select value from metrics order by value')).toEqual([{ value: 1 }, { value: 4 }])
    expect(await query('select distinct pid from attempts')).toEqual([{ pid: near.child.pid }])
    far.child.kill()
  })

  test('that wants tags is only watched by who runs it, and trained by a host with them, with more workers than cores', async () => {
    const { start, query } = onPostgres({
      'own.yaml': own('resources: { cores: 0, tags: [near, big] }'),
      'own.mjs': reporting('params.x'),
    })
    const run = start('run', 'own.yaml')
    await run.says(/^own wants hosts with the tags near, big: start `swath worker --tags near,big`$/m)
    const worker = start('worker', '--workers', '64', '--tags', 'near,big')
    const { code, stderr } = await run.finished
    expect(code, stderr).toBe(0)
    expect(await query('select distinct pid from attempts')).toEqual([{ pid: worker.child.pid }])
    worker.child.kill()
  })

  test('whose program is another on a host is refused there with the reason, and waits for a host that has it', async () => {
    const { folder, start, query } = onPostgres({
      'own.yaml': own(`send: false\nresources: { cores: 0 }`),
      'own.mjs': reporting('params.x'),
    })
    const run = start('run', 'own.yaml', '--workers', '0')
    await run.says(/^sweep/)
    writeFileSync(join(folder, 'own.mjs'), reporting('0'))
    const other = start('worker', '--workers', '1')
    await other.says(/own cannot be trained on this host: the program on this host is not the one/)
    writeFileSync(join(folder, 'own.mjs'), reporting('params.x'))
    start('worker', '--workers', '1')
    expect((await run.finished).code).toBe(0)
    expect(await query('select value from metrics order by value')).toEqual([{ value: 1 }, { value: 2 }])
    expect(await query(`select distinct kind from events where kind = 'refused'`)).toEqual([{ kind: 'refused' }])
  })

  test('that searches is planned by whoever acts for it, and trained by hosts', async () => {
    const { start, query } = onPostgres({
      'own.yaml': own('metric: { name: y }\nrun_cap: 12\nresources: { cores: 0 }')
        .replace('method: grid', 'method: tpe')
        .replace('values: [1, 2]', 'min: 0.5, max: 9'),
      'own.mjs': reporting('params.x'),
    })
    const workers = [start('worker', '--workers', '1'), start('worker', '--workers', '1')]
    const first = start('run', 'own.yaml', '--workers', '0')
    await first.says(/completed/)
    first.child.kill('SIGKILL')
    await first.finished
    const { code, stderr } = await start('resume', 'own', '--workers', '0').finished
    expect(code, stderr).toBe(0)
    expect(await query(`select count(*) as n, count(distinct params) as points from trials`)).toEqual([
      { n: 12, points: 12 },
    ])
    expect(await query(`select count(*) as n from trials where state = 'completed'`)).toEqual([{ n: 12 }])
    for (const { child } of workers) child.kill()
  })

  test('is left alone by a host whose cache cannot be written, which says so and ends', async () => {
    const { folder, start, startWith, query } = onPostgres({
      'own.yaml': own('retries: 0\nresources: { cores: 0 }'),
      'own.mjs': reporting('params.x'),
      file: '',
    })
    const run = start('run', 'own.yaml', '--workers', '0')
    await run.says(/^sweep/)
    const closed = startWith({ SWATH_CACHE: join(folder, 'file', 'cache') }, 'worker', '--workers', '1')
    const { code, stderr } = await closed.finished
    expect(stderr).toMatch(/this host can take no trial: .*cache.* cannot be written: /)
    expect(stderr).toMatch(/SWATH_CACHE=<folder> names another/)
    expect(code).toBe(1)
    expect(await query('select state, attempt from trials')).toEqual(Array(2).fill({ state: 'queued', attempt: 0 }))
    start('worker', '--workers', '1')
    expect((await run.finished).code).toBe(0)
  })

  test('leaves a host on which trials fail, while they complete elsewhere', async () => {
    const { start, startWith, query } = onPostgres({
      'own.yaml': own('retries: 0\nresources: { cores: 0 }').replace(
        '[1, 2]',
        '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]',
      ),
      'own.mjs': `export default { async train({ params, report }) {
        await new Promise((resolve) => setTimeout(resolve, 1000))
        if (process.env.BROKEN === 'yes') throw new Error('no such device')
        await report({ epoch: 1, y: params.x })
      } }`,
    })
    const run = start('run', 'own.yaml', '--workers', '0')
    const good = start('worker', '--workers', '1')
    await good.says(/completed/)
    const bad = startWith({ BROKEN: 'yes' }, 'worker', '--workers', '1')
    const { code, stderr } = await run.finished
    expect(code, stderr).toBe(0)
    const [aside] = await query<{ detail: string }>("select detail from events where kind = 'host set aside'")
    expect(aside?.detail).toMatch(/attempts in a row failed here .*no such device/)
    expect(await query(`select count(*) as n from trials where state = 'completed'`)).toEqual([{ n: 20 }])
    bad.child.kill()
  })
})

function own(more: string): string {
  return `name: own\nprogram: ./own.mjs\nmethod: grid\nparameters: { x: { values: [1, 2] } }\n${more}\n`
}

function reporting(y: string): string {
  return `export default { async train({ params, report }) { await report({ epoch: 1, y: ${y} }) } }\n`
}
