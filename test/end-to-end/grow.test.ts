import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { postgresLocation } from '../store/temporary-store.ts'
import { Swath, workFolder } from './swath.ts'

/** A trial takes 0.15 s, or as long as there is a file `hold`. */
const program = `import { existsSync } from 'node:fs'
export default { async train({ params, report }) {
  while (existsSync('hold')) await new Promise((resolve) => setTimeout(resolve, 20))
  await new Promise((resolve) => setTimeout(resolve, 150))
  await report({ epoch: 1, loss: (params.x - 3) ** 2 })
} }
`
const grid = (values: string, more = '') => `name: own
program: ./own.mjs
method: grid
metric: { name: loss }
resources: { cores: 0 }
parameters: { k: { value: a }, x: { values: ${values} } }
${more}`
const search = `name: own
program: ./own.mjs
method: tpe
metric: { name: loss }
run_cap: 14
resources: { cores: 0 }
parameters: { x: { min: 1.0, max: 9.5 }, k: { values: [a, b] }, d: { min: 1, max: 8, when: { k: b } } }
`
const rows = 'select number, params, state, attempt from trials order by number'

interface Trial {
  readonly number: number
  readonly params: string
  readonly state: string
  readonly attempt: number
}

function folderOf(kind: string, file: string) {
  const folder = workFolder({ 'own.yaml': file, 'own.mjs': program })
  const environment = kind === 'PostgreSQL' ? { SWATH_STORE: postgresLocation(), SWATH_LEASE_MS: '2000' } : {}
  const start = (...args: string[]) => new Swath(args, folder, undefined, environment)
  return {
    start,
    hold: () => {
      writeFileSync(join(folder, 'hold'), '')
      return () => {
        rmSync(join(folder, 'hold'))
      }
    },
    run: (...more: string[]) => start('run', 'own.yaml', '--workers', '1', ...more).finished,
    write: (text: string) => {
      writeFileSync(join(folder, 'own.yaml'), text)
    },
    ask: async <Row>(query: string) => JSON.parse((await start('sql', query, '--json').finished).stdout) as Row[],
  }
}

describe.each(['SQLite', 'PostgreSQL'])('a grid that grows, on %s', (kind) => {
  test('trains what is new behind what it had; what is no longer in it stays', async () => {
    const { run, write, ask } = folderOf(kind, grid('[1, 2]'))
    expect((await run()).code).toBe(0)
    const before = await ask<Trial>(rows)
    write(grid('[4, 2, 1, 3]'))
    const refused = await run()
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(
      /parameters\.x\.values: \[1,2\] → \[4,2,1,3\]\n→ train only what is new with --extend; start/,
    )
    const grown = await run('--extend')
    expect(grown.code, grown.stderr).toBe(0)
    expect(grown.stderr).toContain('own: 2 trials more, behind the 2 that it had.')
    const after = await ask<Trial>(rows)
    expect(after.slice(0, 2)).toEqual(before)
    expect(after.slice(2)).toEqual([
      { number: 3, params: '{"k":"a","x":4}', state: 'completed', attempt: 1 },
      { number: 4, params: '{"k":"a","x":3}', state: 'completed', attempt: 1 },
    ])
    // Once more it is the same sweep.
    for (const again of [await run('--extend'), await run()]) expect(again.stdout).toContain('own is complete: 4 of 4')

    write(grid('[3, 5]'))
    const shrunk = await run('--extend')
    expect(shrunk.stderr).toContain('No longer in the grid, but they stay: 3 trials.')
    expect((await ask<Trial>(rows)).map(({ params }) => params)).toEqual([
      ...after.map(({ params }) => params),
      '{"k":"a","x":5}',
    ])
    const [first, second] = await ask<{ detail: string }>(
      `select detail from events where kind = 'extended' order by id`,
    )
    expect(first?.detail).toBe('2 trials more; parameters.x.values: [1,2] → [4,2,1,3]')
    expect(second?.detail).toMatch(/^1 trials? more; .*; 3 are no longer in the grid$/)
  })

  test('takes more seeds, and nothing that would make it another sweep', async () => {
    const { run, write, ask } = folderOf(kind, grid('[1]'))
    expect((await run()).code).toBe(0)
    write(grid('[1]', 'repeat: 2'))
    expect((await run('--extend')).code).toBe(0)
    expect(await ask('select number, repeat from trials order by number')).toEqual([
      { number: 1, repeat: 0 },
      { number: 2, repeat: 1 },
    ])
    const { code, stderr } = await run('--extend', '--set', 'seed=1')
    expect(code).toBe(2)
    expect(stderr).toMatch(/seed: 0 → 1\n→ only a grid’s values and `repeat` can be extended/)
  })

  test('is added to while another process trains it, and goes on after a kill -9', async () => {
    const { start, run, write, ask, hold } = folderOf(kind, grid('[1, 2, 3, 4]'))
    const first = start('run', 'own.yaml', '--workers', '1')
    await first.says(/trial 1 .*completed/)
    const letGo = hold()
    write(grid('[1, 2, 3, 4, 5, 6]'))
    const added = start('run', 'own.yaml', '--extend', '--workers', kind === 'SQLite' ? '1' : '0')
    await added.says(/2 trials more/)
    if (kind === 'SQLite') {
      // The process that trains it finds them; a store of one machine has one such process.
      expect((await added.finished).stdout).toMatch(
        /own is being run by process \d+ on .*, which trains what was added/,
      )
    }
    letGo()
    expect((await first.finished).code).toBe(0)
    expect((await added.finished).code).toBe(0)
    expect((await ask<Trial>(rows)).map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'completed'))

    write(grid('[1, 2, 3, 4, 5, 6, 7, 8, 9]'))
    const killed = start('run', 'own.yaml', '--extend', '--workers', '1')
    await killed.says(/trial \d+ .*completed/)
    killed.child.kill('SIGKILL')
    await killed.finished
    expect((await run()).code).toBe(0)
    const all = await ask<Trial>(rows)
    expect(all.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(all.every(({ state }) => state === 'completed')).toBe(true)
  })

  test('trains the points first that somebody names', async () => {
    const { run, ask } = folderOf(kind, grid('[1, 2, 3, 4, 5]'))
    const named = await run('--enqueue', '{ x: 4, k: a }', '--enqueue', '[{ x: 2, k: a }]')
    expect(named.code, named.stderr).toBe(0)
    const order = await ask<{ params: string }>('select params from trials order by started_at')
    expect(order.map(({ params }) => (JSON.parse(params) as { x: number }).x)).toEqual([4, 2, 1, 3, 5])
    const again = await run('--enqueue', '{ x: 4, k: a }')
    expect(again.stderr).toMatch(/\{"k":"a","x":4\} is trial \d+ already: completed\./)
    expect(await ask('select count(*) as n from attempts')).toEqual([{ n: 5 }])
  })
})

test('a search is not extended: it says what to do instead', async () => {
  const { run, write } = folderOf('SQLite', search)
  expect((await run('--set', 'run_cap=2')).code).toBe(0)
  write(search.replace('9.5', '20.5'))
  const { code, stderr } = await run('--extend')
  expect(code).toBe(2)
  expect(stderr).toContain(
    '→ only a grid can be extended; `warm_start: own` takes its trials along; start another sweep with --new',
  )
})

test.each(['SQLite', 'PostgreSQL'])('a search begins with the points that somebody names, on %s', async (kind) => {
  const { run, ask } = folderOf(kind, search)
  const points = ['--enqueue', '{ x: 3.25 }', '--enqueue', '[{ x: 4, k: b, d: 2 }]']
  const first = await run(...points)
  expect(first.code, first.stderr).toBe(0)
  const trials = await ask<Trial>(rows)
  expect(trials).toHaveLength(14)
  expect(JSON.parse(trials[0]?.params ?? '')).toMatchObject({ x: 3.25 })
  expect(trials[1]?.params).toBe('{"d":2,"k":"b","x":4}')
  const again = await run(...points, '--enqueue', '{ k: b, d: 3 }')
  expect(again.code, again.stderr).toBe(0)
  expect(again.stderr).toMatch(/"x":3\.25\} is trial \d+ already: completed\./)
  const more = await ask<Trial>(rows)
  // One that is named is trained though the search has all its trials.
  expect(more.slice(0, 14)).toEqual(trials)
  expect(more.slice(14).map(({ params, state }) => [JSON.parse(params) as object, state])).toMatchObject([
    [{ k: 'b', d: 3 }, 'completed'],
  ])
})

test('the same points and seed give the same search, killed in between or not', async () => {
  const [alone, killed] = [folderOf('SQLite', search), folderOf('SQLite', search)]
  const points = ['--enqueue', '{ k: b }', '--enqueue', '{ x: 3 }']
  expect((await alone.run(...points)).code).toBe(0)
  const first = killed.start('run', 'own.yaml', '--workers', '1', ...points)
  await first.says(/trial 12 .*completed/)
  first.child.kill('SIGKILL')
  await first.finished
  expect((await killed.run(...points)).code).toBe(0)
  const params = async ({ ask }: typeof alone) => (await ask<Trial>(rows)).map((trial) => trial.params)
  expect(await params(killed)).toEqual(await params(alone))
})

test.each([
  ['{ x: 99 }', /--enqueue:1:6: x: the sweep file does not let it have this value\n {2}1 \| \{ x: 99 \}/],
  ['{ y: 1 }', /--enqueue:1:3: y: there is no parameter y; did you mean d\?/],
  ['{ k: a, d: 2 }', /--enqueue:1:12: d: it is there only where its `when` holds/],
  ['[1]', /--enqueue:1:2: 0: expected a mapping of parameters and values/],
  ['[]', /expected at least one point/],
  ['{ x: [', /--enqueue:1:\d+: /],
  ['points.yaml', /points\.yaml:2:6: 1\.x: the sweep file does not let it have this value/],
  ['none.yaml', /there is no file of points none\.yaml/],
])('--enqueue %s is refused', async (point, message) => {
  const folder = workFolder({ 'own.yaml': search, 'own.mjs': program, 'points.yaml': '- { x: 3 }\n- x: many\n' })
  const { code, stdout, stderr } = await new Swath(['run', 'own.yaml', '--enqueue', point], folder).finished
  expect(stderr).toMatch(message)
  expect(stdout).toBe('')
  expect(code).toBe(2)
})

test('of a grid’s point nothing may be left out', async () => {
  const { code, stderr } = await folderOf('SQLite', grid('[1]')).run('--enqueue', '{ x: 1 }')
  expect(stderr).toContain('k is missing: of a grid’s point nothing may be left out')
  expect(code).toBe(2)
})
