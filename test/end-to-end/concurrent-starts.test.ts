import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { describe, expect, test } from 'vitest'

import { postgresLocation } from '../store/temporary-store.ts'
import { Swath, workFolder } from './swath.ts'

const sweep = `name: a
program: ./own.mjs
method: grid
metric: { name: score, goal: maximize }
resources: { cores: 0 }
parameters: { x: { values: [1, 2, 3] } }
`
/** It loads as long as there is a file `loading`, and trains as long as there is a file `training`. */
const program = `import { appendFileSync, existsSync } from 'node:fs'
const gone = async (file) => { while (existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20)) }
appendFileSync('loads', process.pid + '\\n')
await gone('loading')
export default { async train({ params, report }) {
  await gone('training')
  await report({ epoch: 1, score: params.x })
} }
`

function folderOf(kind: string, file = sweep) {
  const folder = workFolder({ 'a.yaml': file, 'own.mjs': program })
  const store = kind === 'PostgreSQL' ? postgresLocation() : undefined
  const environment = store === undefined ? {} : { SWATH_STORE: store, SWATH_LEASE_MS: '2000' }
  const start = (...args: string[]) => new Swath(args, folder, undefined, environment)
  const path = (name: string) => join(folder, name)
  return {
    start,
    run: (...more: string[]) => start('run', 'a.yaml', '--workers', '1', ...more),
    write: (text: string) => {
      writeFileSync(path('a.yaml'), text)
    },
    hold: (name: 'loading' | 'training') => {
      writeFileSync(path(name), '')
      return () => {
        rmSync(path(name))
      }
    },
    /** Resolves when a process has begun to load the program. */
    loads: async () => {
      while (!existsSync(path('loads'))) await delay(20)
    },
    ask: async <Row>(query: string) => JSON.parse((await start('sql', query, '--json').finished).stdout) as Row[],
  }
}

const everything = `select s.name, s.generation, count(t.id) as trials, max(t.attempt) as attempts
  from sweeps s join trials t on t.sweep_id = s.id group by s.id, s.name, s.generation order by s.id`

test('of processes that start a new file at once one trains it, and the others say which', async () => {
  const { run, hold, ask } = folderOf('SQLite')
  const release = hold('training')
  const started = [run(), run(), run()]
  const first = await Promise.race(
    started.map(async (each) => {
      await each.says(/^trials +3/)
      return each
    }),
  )
  for (const other of started.filter((each) => each !== first)) {
    const { code, stderr } = await other.finished
    expect(code, stderr).toBe(2)
    expect(stderr).toMatch(
      new RegExp(`a is being run by process ${first.child.pid} on \\S+, since .*\n→ .*swath show a`),
    )
  }
  release()
  expect((await first.finished).code).toBe(0)
  expect(await ask(everything)).toEqual([{ name: 'a', generation: 1, trials: 3, attempts: 1 }])
})

test('where hosts share the store, processes that start a new file at once train one sweep together', async () => {
  const { run, ask } = folderOf('PostgreSQL')
  const ended = await Promise.all([run(), run(), run()].map(({ finished }) => finished))
  for (const { code, stderr } of ended) expect(code, stderr).toBe(0)
  expect(await ask(everything)).toEqual([{ name: 'a', generation: 1, trials: 3, attempts: 1 }])
})

describe.each(['SQLite', 'PostgreSQL'])('on %s', (kind) => {
  test('a process that is killed while it describes the trials leaves nothing, and another starts the sweep', async () => {
    const { run, hold, loads, ask } = folderOf(kind)
    const release = hold('loading')
    const first = run()
    await loads()
    const second = run()
    first.child.kill('SIGKILL')
    await first.finished
    release()
    const { code, stderr } = await second.finished
    expect(code, stderr).toBe(0)
    expect(await ask(everything)).toEqual([{ name: 'a', generation: 1, trials: 3, attempts: 1 }])
  })

  test('--new at once makes a sweep each time', async () => {
    const { run, ask } = folderOf(kind)
    const ended = await Promise.all([run('--new'), run('--new')].map(({ finished }) => finished))
    for (const { code, stderr } of ended) expect(code, stderr).toBe(0)
    expect(await ask(everything)).toEqual([
      { name: 'a', generation: 1, trials: 3, attempts: 1 },
      { name: 'a-2', generation: 2, trials: 3, attempts: 1 },
    ])
  })

  test('what a file says about reading and running counts from its next run, also once the sweep has ended', async () => {
    const { run, write, start, ask } = folderOf(kind, `${sweep}description: first\n`)
    expect((await run().finished).code).toBe(0)
    expect(await bestOf(start)).toContain('x 3')
    const changed = `${sweep.replace('maximize', 'minimize')}description: second\nretries: 2\n`
    write(changed)
    const again = await run().finished
    expect(again.code, again.stderr).toBe(0)
    expect(again.stderr).toContain(
      'a takes over what its file changed:\n  description: first → second\n  metric.goal: maximize → minimize\n  retries: 1 → 2\n',
    )
    expect(again.stdout).toContain('a is complete: 3 of 3 trials completed.')
    expect(await bestOf(start)).toContain('x 1')
    const rows = 'select description, source, settings from sweeps'
    const [row] = await ask<{ description: string; source: string; settings: string }>(rows)
    expect(row).toMatchObject({ description: 'second', source: changed })
    expect(JSON.parse(row?.settings ?? '')).toMatchObject({ retries: 2, metric: { goal: 'minimize' } })
    expect(await ask("select goal from sweep_metrics where name = 'score'")).toEqual([{ goal: 'minimize' }])

    // With points that are new, all of it is taken over in the same step.
    write(`${sweep.replace('[1, 2, 3]', '[1, 2, 3, 4]')}description: third\n`)
    const grown = await run('--extend').finished
    expect(grown.code, grown.stderr).toBe(0)
    expect(grown.stderr).toContain('metric.goal: minimize → maximize')
    expect(await bestOf(start)).toContain('x 4')
    expect(await ask('select description from sweeps')).toEqual([{ description: 'third' }])
  })
})

async function bestOf(start: (...args: string[]) => Swath): Promise<string> {
  const { stdout } = await start('show', 'a').finished
  return stdout.split('\n').find((line) => line.startsWith('Best:')) ?? stdout
}

test('a file that is changed while another process trains its sweep is taken over, and it is said from when it counts', async () => {
  const { run, write, hold, ask } = folderOf('SQLite')
  const release = hold('training')
  const first = run()
  await first.says(/^trials +3/)
  write(`${sweep.replace('maximize', 'minimize')}retries: 2\n`)
  const { code, stdout, stderr } = await run().finished
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('metric.goal: maximize → minimize\n  retries: 1 → 2\n')
  const pid = String(first.child.pid)
  expect(stderr).toMatch(
    new RegExp(`process ${pid} on \\S+ runs it now, and goes on without retries until it is started`),
  )
  expect(stdout).toMatch(new RegExp(`a is being run by process ${pid} on \\S+\\. Watch it: swath show a`))
  expect(await ask("select goal from sweep_metrics where name = 'score'")).toEqual([{ goal: 'minimize' }])
  release()
  expect((await first.finished).code).toBe(0)
  expect(await ask("select detail from events where kind = 'settings changed'")).toEqual([
    { detail: 'metric.goal: maximize → minimize; retries: 1 → 2' },
  ])
})

test('a budget that is added while another process trains ends the sweep', async () => {
  const { run, write, hold, ask } = folderOf('SQLite')
  const release = hold('training')
  const first = run()
  await first.says(/^trials +3/)
  write(`${sweep}budget: { trials: 1 }\n`)
  expect((await run().finished).code).toBe(0)
  // Limits are looked up once a second.
  await delay(1_100)
  release()
  expect((await first.finished).stdout).toContain('a has ended: the budget of 1 trials is spent.')
  expect(await ask("select count(*) as trials from trials where state = 'completed'")).toEqual([{ trials: 1 }])
})

test('of a search the objective decides the points: another one is refused, the description is not', async () => {
  const search = `${sweep.replace('method: grid', 'method: tpe').replace('{ values: [1, 2, 3] }', '{ min: 1.0, max: 3.5 }')}run_cap: 3\n`
  const { run, write, ask } = folderOf('SQLite', search)
  expect((await run().finished).code).toBe(0)
  write(search.replace('maximize', 'minimize'))
  const { code, stderr } = await run().finished
  expect(code).toBe(2)
  expect(stderr).toMatch(/a is in the store with other settings:\n +objectives: .*maximize.* → .*minimize.*\n→ .*--new/)
  write(`${search}description: why\n`)
  expect((await run().finished).stderr).toContain('description: (none) → why')
  expect(await ask('select description from sweeps')).toEqual([{ description: 'why' }])
})
