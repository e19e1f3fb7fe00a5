import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test, vi } from 'vitest'

import { serveStore } from '../page/served.ts'
import { postgresLocation } from '../store/temporary-store.ts'
import { ask, Swath, swath, workFolder } from './swath.ts'

// Each test starts swath a dozen times.
vi.setConfig({ testTimeout: 300_000 })

/** Trial x waits for the file `go-x`, and says that it has begun with a file. */
const script = `import json, os, sys, time
from helper import factor
x = json.loads(os.environ['SWATH_PARAMS'])['x']
print(json.dumps({"epoch": 1, "score": 0}))
open(f'began-{x}', 'w').close()
while not os.path.exists(f'go-{x}'): time.sleep(0.02)
if x == 2 and os.path.exists('fails'): sys.exit('bug for x = 2')
print(json.dumps({"epoch": 2, "score": factor * x}))
`
const sweep = `name: s
program: train.py
method: grid
retries: 0
metric: { name: score, goal: maximize }
resources: { cores: 0 }
parameters: { x: { min: 1, max: 3 } }
`
const files = { 's.yaml': sweep, 'train.py': script, 'helper.py': 'factor = 1\n' }

function open(folder: string, ...names: readonly string[]): void {
  for (const name of names) writeFileSync(join(folder, name), '')
}

function edit(folder: string, name: string, before: string, after: string): void {
  const path = join(folder, name)
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(before)
  writeFileSync(path, text.replace(before, after))
}

async function until(path: string): Promise<void> {
  await vi.waitFor(() => {
    expect(existsSync(path)).toBe(true)
  }, 100_000)
}

const versions = 'select trials, first_trial, last_trial from program_versions order by first_started_at'
const scores =
  "select number, state, attempt, (select value from final_metrics m where m.trial_id = id and name = 'score') as score from trials order by number"

describe('a script that is edited while its sweep runs', () => {
  test('is no longer started: what runs ends as it was, and the message shows what changed', async () => {
    const folder = workFolder(files)
    open(folder, 'go-1')
    const run = new Swath(['run', 's.yaml', '--workers', '1'], folder)
    await until(join(folder, 'began-2'))
    edit(folder, 'train.py', 'factor * x', '1000 * x')
    open(folder, 'go-2')
    const { code, stderr } = await run.finished
    expect(code).toBe(1)
    expect(stderr).toContain('the program of s was changed while it ran, so no further trial was started:\n')
    expect(stderr).toContain('  train.py has changed\n    @@ line 7\n')
    expect(stderr).toContain('    -print(json.dumps({"epoch": 2, "score": factor * x}))\n    +print(')
    expect(stderr).toMatch(/--accept-program.*--new/)
    // The second had loaded its program before the edit.
    expect(await ask(scores, folder)).toEqual([
      { number: 1, state: 'completed', attempt: 1, score: 1 },
      { number: 2, state: 'completed', attempt: 1, score: 2 },
      { number: 3, state: 'queued', attempt: 0, score: null },
    ])

    // Nothing goes on with it unless that is said, from wherever it is started.
    const served = await serveStore(folder)
    try {
      for (const args of [['run', 's.yaml'], ['resume'], ['run', 's.yaml', '--extend']]) {
        const refused = await swath(args, folder)
        expect(refused.code, args.join(' ')).toBe(2)
        expect(refused.stderr).toContain('  train.py has changed\n')
      }
      const post = (path: string) => fetch(`${served.url}api/v1/${path}`, { method: 'POST' })
      const refused = await post('sweeps/s/resume')
      expect(refused.status).toBe(409)
      expect(await refused.json()).toMatchObject({
        error: { code: 'sweep-changed', message: expect.stringContaining('train.py has changed') as string },
      })
      open(folder, 'go-3')
      expect((await post('sweeps/s/resume?acceptProgram=true')).status).toBe(200)
      await vi.waitFor(async () => {
        expect(await ask("select count(*) as n from trials where state = 'completed'", folder)).toEqual([{ n: 3 }])
      }, 100_000)
    } finally {
      await served.close()
    }
    expect((await ask<{ score: number }>(scores, folder)).map(({ score }) => score)).toEqual([1, 2, 3000])
    expect(await ask(versions, folder)).toEqual([
      { trials: 2, first_trial: 1, last_trial: 2 },
      { trials: 1, first_trial: 3, last_trial: 3 },
    ])
    expect((await swath(['show', 's'], folder)).stdout).toMatch(/^Programs: \w{7} \(trials 1-2\), \w{7} \(trial 3\)$/m)
    expect((await swath(['show', '3'], folder)).stdout).toMatch(/error {2}.*program|program {2}/)
    // It is the program of the sweep from now on.
    expect((await swath(['run', 's.yaml'], folder)).code).toBe(0)
    edit(folder, 'train.py', '1000 * x', 'factor * x')
    expect((await swath(['run', 's.yaml'], folder)).code).toBe(2)
  })

  test('does not count where it may have been read half before and half after', async () => {
    const late = script.replace(/^print.*0}\)\)\n/m, '')
    const folder = workFolder({ ...files, 'train.py': late })
    open(folder, 'go-1')
    const run = new Swath(['run', 's.yaml', '--workers', '1'], folder)
    await until(join(folder, 'began-2'))
    edit(folder, 'helper.py', '1', '10')
    open(folder, 'go-2', 'go-3')
    const { code, stderr } = await run.finished
    expect(code).toBe(1)
    expect(stderr).toContain('trial 2: its program was written while it was loaded: the attempt does not count')
    expect(stderr).toContain('  helper.py has changed\n    @@ line 1\n    -factor = 1\n    +factor = 10\n')
    expect(await ask(scores, folder)).toMatchObject([
      { state: 'completed', score: 1 },
      { state: 'queued', score: null },
      { state: 'queued', score: null },
    ])
    expect(await ask('select state, error from attempts where trial_id = 2', folder)).toEqual([
      { state: 'interrupted', error: 'its program was written while it was loaded: the attempt does not count' },
    ])
    // Undone, it goes on as if nothing had been.
    edit(folder, 'helper.py', '10', '1')
    expect((await swath(['resume'], folder)).code).toBe(0)
    expect((await ask<{ score: number }>(scores, folder)).map(({ score }) => score)).toEqual([1, 2, 3])
    expect(await ask(versions, folder)).toEqual([{ trials: 3, first_trial: 1, last_trial: 3 }])
  })
})

test('a script that was mended after a failure is refused by resume, until it is accepted', async () => {
  const folder = workFolder(files)
  open(folder, 'go-1', 'go-2', 'go-3', 'fails')
  expect((await swath(['run', 's.yaml'], folder)).code).toBe(1)
  edit(folder, 'train.py', "sys.exit('bug for x = 2')", 'x = 20')
  for (const args of [['resume'], ['resume', 's'], ['run', 's.yaml']]) {
    const { code, stderr } = await swath(args, folder)
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /the program of s is not the one that its trials were trained with:\n {2}train.py has changed/,
    )
  }
  expect((await swath(['resume', 's', '--accept-program'], folder)).code).toBe(0)
  expect((await ask<{ score: number }>(scores, folder)).map(({ score }) => score)).toEqual([1, 20, 3])
  expect(await ask("select kind, detail from events where kind like 'program%'", folder)).toEqual([
    { kind: 'program accepted', detail: 'train.py has changed' },
  ])
})

test('a module whose import was edited is refused, by resume --trial too', async () => {
  const folder = workFolder({
    's.yaml':
      'name: s\nprogram: own.ts\nmethod: grid\nretries: 0\nparameters: { x: { values: [1, 2] }, epochs: { value: 1 } }\n',
    'own.ts':
      "import { factor } from './lib/factor.js'\nexport default { async train({ params, report }: any) {\n" +
      "  if (params.x === 2 && factor === 1) throw new Error('bug')\n  await report({ epoch: 1, score: factor * params.x })\n} }\n",
    'lib/factor.ts': 'export const factor: number = 1\n',
  })
  expect((await swath(['run', 's.yaml'], folder)).code).toBe(1)
  edit(folder, 'lib/factor.ts', '= 1', '= 5')
  for (const args of [['run', 's.yaml'], ['resume'], ['resume', '--trial', '2']]) {
    const { code, stderr } = await swath(args, folder)
    expect(code, stderr).toBe(2)
    expect(stderr).toContain('  lib/factor.ts has changed\n')
  }
  expect((await swath(['resume', '--trial', '2', '--accept-program'], folder)).code).toBe(0)
  expect((await ask<{ score: number }>(scores, folder)).map(({ score }) => score)).toEqual([1, 10])
})

describe('on a store that hosts share', () => {
  const shared = { SWATH_STORE: '', SWATH_LEASE_MS: '2000' }

  test('a worker whose copy was edited takes no further trial and says why; others go on', async () => {
    const environment = { ...shared, SWATH_STORE: postgresLocation() }
    const folder = workFolder({ ...files, 's.yaml': `${sweep}send: false\n` })
    open(folder, 'go-1', 'go-3')
    const watcher = new Swath(['run', 's.yaml', '--workers', '0'], folder, undefined, environment)
    const worker = new Swath(['worker', '--workers', '1'], folder, undefined, environment)
    await until(join(folder, 'began-2'))
    edit(folder, 'helper.py', '1', '10')
    open(folder, 'go-2')
    await worker.says(/s cannot be trained on this host: the program of s was changed while it ran/)
    edit(folder, 'helper.py', '10', '1')
    const other = new Swath(['worker', '--workers', '1'], folder, undefined, environment)
    expect((await watcher.finished).code).toBe(0)
    for (const { child } of [worker, other]) child.kill('SIGTERM')
    await Promise.all([worker.finished, other.finished])
    const { stdout } = await new Swath(['sql', scores, '--json'], folder, undefined, environment).finished
    expect((JSON.parse(stdout) as { score: number }[]).map(({ score }) => score)).toEqual([1, 2, 3])
    const refused = "select detail from events where kind = 'refused'"
    const events = await new Swath(['sql', refused, '--json'], folder, undefined, environment).finished
    expect(events.stdout).toContain('helper.py has changed')
  })

  test('what was sent is trained until another version is accepted, which workers take then', async () => {
    const environment = { ...shared, SWATH_STORE: postgresLocation() }
    const folder = workFolder(files)
    const at = { 'train.py': script.replaceAll("f'", `f'${folder}/`) }
    for (const [name, text] of Object.entries(at)) writeFileSync(join(folder, name), text)
    const start = (...args: string[]) => new Swath(args, folder, undefined, environment)
    open(folder, 'go-1')
    const worker = start('worker', '--workers', '1')
    const watcher = start('run', 's.yaml', '--workers', '0')
    await until(join(folder, 'began-2'))
    // The import travelled with the script. The file here is not the one that workers have.
    edit(folder, 'helper.py', '1', '10')
    const refused = await start('resume').finished
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('  helper.py has changed\n')
    const second = start('resume', '--workers', '0', '--accept-program')
    await second.says(/results|trials/)
    open(folder, 'go-2', 'go-3')
    await Promise.all([watcher.finished, second.finished])
    worker.child.kill('SIGTERM')
    await worker.finished
    const { stdout } = await start('sql', scores, '--json').finished
    expect((JSON.parse(stdout) as { score: number }[]).map(({ score }) => score)).toEqual([1, 2, 30])
    const shown = await start('show', 's').finished
    expect(shown.stdout).toMatch(/^Programs: \w{7} \(trials 1-2\), \w{7} \(trial 3\)$/m)
  })
})
