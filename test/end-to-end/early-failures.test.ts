import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { ask, swath, workFolder } from './swath.ts'

const file = (program: string, more = '') => `name: own
program: ./${program}
method: grid
metric: { name: loss }
resources: { cores: 0 }
parameters: { x: { min: 1, max: 40 } }
${more}
`
const brokenPython = `import sys
x = [a for a in sys.argv if a.startswith('--x=')][0][4:]
raise RuntimeError('no data for ' + x)
`
const goodPython = `print('{"epoch": 1, "loss": 0.5}')
`
const brokenModule = `export default { train: ({ params }: { params: { x: number } }) => {
  throw new Error('no data for ' + params.x)
} }
`
const goodModule = `export default { train: async ({ report }: { report: (r: object) => Promise<unknown> }) => {
  await report({ epoch: 1, loss: 0.5 })
} }
`
const attempts = 'select count(distinct trial_id) as trials, count(*) as n from attempts'

test.each([
  [
    'a Python script',
    'own.py',
    brokenPython,
    goodPython,
    'python3 ./own.py ended with exit code 1: RuntimeError: no data for',
  ],
  ['a TypeScript module', 'own.ts', brokenModule, goodModule, 'no data for'],
])(
  '%s that is broken ends its sweep after five trials; corrected, resume trains all',
  async (_, name, bad, good, error) => {
    const folder = workFolder({ 'own.yaml': file(name), [name]: bad })
    const run = await swath(['run', 'own.yaml', '--workers', '2'], folder)
    expect(run.code).toBe(1)
    expect(run.stderr).toMatch(/error: own has ended: the first [56] trials failed the same way, before any report: /)
    expect(run.stderr).toContain(`before any report: ${error} `)
    expect(run.stderr).toContain('swath resume own')
    // A traceback is shown once.
    expect(run.stderr.split('Traceback').length - 1).toBe(name === 'own.py' ? 1 : 0)
    const [tried] = await ask<{ trials: number; n: number }>(attempts, folder)
    expect(tried?.trials).toBeLessThanOrEqual(6)
    expect((await swath(['show', 'own'], folder)).stdout).toMatch(/^Ended: the first \d trials failed the same way/m)
    const where = /swath show (\d+)/.exec(run.stderr)?.[1] ?? ''
    expect((await swath(['show', where], folder)).stdout).toContain(name === 'own.py' ? 'RuntimeError' : 'own.ts')

    // It is not corrected yet: the rule counts anew.
    const again = await swath(['resume', 'own', '--workers', '2'], folder)
    expect(again.code).toBe(1)
    expect(again.stderr).toMatch(/the first [56] trials failed the same way/)

    writeFileSync(join(folder, name), good)
    const resumed = await swath(['resume', 'own', '--accept-program', '--workers', '2'], folder)
    expect(resumed.code, resumed.stderr).toBe(0)
    const states = await ask('select state, count(*) as n from trials group by state', folder)
    expect(states).toEqual([{ state: 'completed', n: 40 }])
    expect((await swath(['show', 'own'], folder)).stdout).not.toContain('Ended:')
  },
)

test('with eight workers the sweep ends with the trials that had begun', async () => {
  const folder = workFolder({ 'own.yaml': file('own.py'), 'own.py': brokenPython })
  expect((await swath(['run', 'own.yaml', '--workers', '8'], folder)).code).toBe(1)
  const [tried] = await ask<{ trials: number; n: number }>(attempts, folder)
  expect(tried?.trials).toBeLessThanOrEqual(13)
})

test.each([
  ['switched off', brokenPython, 'retries: 0\nstop_after_failures: false'],
  [
    'of trials that fail in different ways',
    `import sys\nraise [KeyError, ValueError][int(sys.argv[1][4:]) % 2]('x')\n`,
    'retries: 0',
  ],
  [
    'of which one trial has reported',
    `import sys\nif sys.argv[1] == '--x=1':\n  print('{"epoch": 1, "loss": 1}', flush=True)\nraise ValueError('x')\n`,
    'retries: 0',
  ],
])('a sweep goes on: %s', async (_, script, more) => {
  const yaml = file('own.py', more).replace('max: 40', 'max: 8')
  const folder = workFolder({ 'own.yaml': yaml, 'own.py': script })
  expect((await swath(['run', 'own.yaml', '--workers', '2'], folder)).code).toBe(1)
  const states = await ask('select state, count(*) as n from trials group by state', folder)
  expect(states).toEqual([{ state: 'failed', n: 8 }])
})

test('trials that diverge do not end their sweep: another point may not', async () => {
  const module = `export default { async train({ params, report }) {
    const error = new Error('the loss became NaN'); error.name = 'DivergedError'
    if (params.x < 8) throw error
    await report({ epoch: 1, loss: 1 })
  } }`
  const folder = workFolder({ 'own.yaml': file('own.mjs').replace('max: 40', 'max: 8'), 'own.mjs': module })
  expect((await swath(['run', 'own.yaml', '--workers', '1'], folder)).code).toBe(1)
  const states = await ask('select state, count(*) as n from trials group by state order by state', folder)
  expect(states).toEqual([
    { state: 'completed', n: 1 },
    { state: 'failed', n: 7 },
  ])
})
