import { expect, test } from 'vitest'

import { ask, Swath, swath, workFolder } from './swath.ts'

const program = `export default { async train({ params, report }) {
  await new Promise((resolve) => setTimeout(resolve, 30))
  await report({ epoch: 1, loss: (params.x - 0.3) ** 2 + (params.kind === 'b' ? 0.1 : 0) })
} }
`
const file = (method: string, more = '') => `name: search
program: ./own.mjs
method: ${method}
metric: { name: loss, goal: minimize }
run_cap: 30
resources: { cores: 0 }
parameters:
  x: { min: 0.0, max: 1.5 }
  kind: { values: [a, b] }
${more}`
const points = 'select number, params, seed from trials order by number'

test('a search by tpe that is killed and resumed has the same trials as one that is not', async () => {
  const files = { 'search.yaml': file('tpe'), 'own.mjs': program }
  const [alone, killed] = [workFolder(files), workFolder(files)]
  expect((await swath(['run', 'search.yaml', '--workers', '1'], alone)).code).toBe(0)
  const first = new Swath(['run', 'search.yaml', '--workers', '1'], killed)
  await first.says(/trial 14 .* completed/)
  first.child.kill('SIGKILL')
  await first.finished
  expect((await swath(['resume', 'search', '--workers', '1'], killed)).code).toBe(0)
  const trials = await ask(points, alone)
  expect(trials).toHaveLength(30)
  expect(await ask(points, killed)).toEqual(trials)
})

test('a random search has the same trials with any number of workers; a raised run_cap adds some', async () => {
  const files = { 'search.yaml': file('random'), 'own.mjs': program }
  const [one, eight] = [workFolder(files), workFolder(files)]
  expect((await swath(['run', 'search.yaml', '--workers', '1'], one)).code).toBe(0)
  expect((await swath(['run', 'search.yaml', '--workers', '8'], eight)).code).toBe(0)
  const trials = await ask(points, one)
  expect(await ask(points, eight)).toEqual(trials)
  expect((await swath(['run', 'search.yaml', '--set', 'run_cap=40'], one)).code).toBe(0)
  const more = await ask(points, one)
  expect(more).toHaveLength(40)
  expect(more.slice(0, 30)).toEqual(trials)
})

test('a dry run shows where a search begins, and writes nothing', async () => {
  const folder = workFolder({ 'search.yaml': file('tpe'), 'own.mjs': program })
  const { code, stdout } = await swath(['run', 'search.yaml', '--dry-run'], folder)
  expect(code).toBe(0)
  expect(stdout).toContain('search: 30 trials of ./own.mjs, tpe')
  expect(stdout).toMatch(/^Objective: minimize loss$/m)
  expect(stdout).not.toMatch(/FLOPs|parameters/)
  expect(stdout).toContain('The first 10 points. The others depend on what comes of those before them.')
})

test('a method that learns has to know from what', async () => {
  const folder = workFolder({ 'search.yaml': file('tpe').replace(/^metric.*$/m, ''), 'own.mjs': program })
  const { code, stderr } = await swath(['run', 'search.yaml'], folder)
  expect(code).toBe(2)
  expect(stderr).toMatch(/search\.yaml:3:9: method: tpe needs to know what is better/)
})

test('a slip in the metric’s name is seen with the first report, and a trial that reports NaN fails by itself', async () => {
  const spoiled = program.replace('loss: (', 'loss: params.x > 1 ? NaN : (')
  const folder = workFolder({ 'search.yaml': file('tpe').replace('run_cap: 30', 'run_cap: 12'), 'own.mjs': spoiled })
  const slip = await swath(
    ['run', 'search.yaml', '--set', 'metric.name=los', '--set', 'name=slip', '--workers', '1'],
    folder,
  )
  expect(slip.stderr).toMatch(/^los is not in the first report, which has loss: if it does not come with a later one/m)
  expect(slip.stderr).toMatch(/a trial of slip completed and has not reported los/)
  expect(slip.code).toBe(2)
  const run = await swath(['run', 'search.yaml', '--workers', '1'], folder)
  expect(run.stderr).not.toContain('is not in the first report')
  expect(run.stderr).not.toMatch(/^runtime/m)
  expect(run.code).toBe(1)
  const states = await ask<{ state: string; n: number }>(
    `select state, count(*) as n from trials t join sweeps s on s.id = t.sweep_id where s.name = 'search' group by state`,
    folder,
  )
  expect(states.map(({ state }) => state).toSorted()).toEqual(['completed', 'failed'])
  expect(states.reduce((sum, { n }) => sum + n, 0)).toBe(12)
})

test('a sweep file of W&B’s that runs a script by its default command runs as it is', async () => {
  const script = `#!/usr/bin/env node
const args = Object.fromEntries(process.argv.slice(2).map((word) => word.slice(2).split('=')))
console.log(JSON.stringify({ loss: Number(args.lr) + Number(args['optimizer.beta']) }))
`
  const theirs = `program: train.cjs
project: sweeps-examples
entity: someone
name: My sweep
method: bayes
metric: { name: loss, goal: minimize, target: 0.2 }
run_cap: 40
command: ['\${env}', '\${interpreter}', '\${program}', '\${args}']
parameters:
  lr: { min: 0.0, max: 0.5 }
  optimizer: { parameters: { beta: { values: [0.1, 0.2, 0.9] } } }
`
  const folder = workFolder({ 'theirs.yaml': theirs, 'train.cjs': script })
  const { code, stdout, stderr } = await swath(['run', 'theirs.yaml'], folder)
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('project, entity: only W&B’s server needs them; ignored here.')
  expect(stdout).toMatch(/My-sweep has ended: trial \d+ has reached loss 0\.\d+; the target was 0\.2\./)
})
