import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { withStore } from '../../src/store/open.ts'
import type { SweepSettings } from '../../src/sweep/definition.ts'
import { trainedStore } from '../maintenance/stores.ts'
import { ask, smallSweep, Swath, swath, workFolder } from './swath.ts'

const hashes = 'select params, repeat, weights_sha256 from trials order by number'
const quick = ['--set', 'depth=1', '--set', 'width=16', '--set', 'epochs=1']

interface Diagnosis {
  readonly name: string
  readonly status: string
  readonly detail: string
}

const problems = async (folder: string, ...args: string[]) => {
  const { code, stdout } = await swath(['doctor', '--json', ...args], folder)
  const found = (JSON.parse(stdout) as Diagnosis[]).filter(({ status }) => status === 'problem')
  expect(code).toBe(found.length > 0 ? 1 : 0)
  return found.map(({ name }) => name)
}

test('a sweep that runs is backed up, and the backup ends with the same bits', async () => {
  const folder = workFolder({ 'small.yaml': smallSweep })
  const run = new Swath(['run', 'small.yaml', '--workers', '1'], folder)
  await run.says(/epoch 2: /)
  expect(await problems(folder)).toEqual([])
  mkdirSync(join(folder, 'kept'))
  const { code, stdout, stderr } = await swath(['backup', 'kept/swath.db'], folder)
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(
    /^sqlite:swath\.db copied, with \d checkpoints? .*Use it with --store sqlite:kept\/swath\.db\n$/,
  )
  const kept = join(folder, 'kept')
  expect(await problems(kept)).toEqual([])
  const resumed = await swath(['resume'], kept)
  expect(resumed.code, resumed.stderr).toBe(0)
  expect((await run.finished).code).toBe(0)
  expect(await ask(hashes, kept)).toEqual(await ask(hashes, folder))
  expect((await swath(['backup', 'kept/swath.db'], folder)).stderr).toMatch(/is there already\n→ .*--force/)
  expect((await swath(['backup', 'kept/swath.db', '--force', '--no-artifacts'], folder)).code).toBe(0)
  expect(readdirSync(kept).sort()).toEqual(['swath-artifacts', 'swath.db'])
})

test('delete takes a trial’s whole folder, gc what a crash left, and doctor finds and mends the rest', async () => {
  const folder = workFolder({ 'small.yaml': smallSweep })
  expect((await swath(['run', 'small.yaml', ...quick], folder)).code).toBe(0)
  expect((await swath(['run', 'small.yaml', ...quick, '--new'], folder)).code).toBe(0)
  const artifacts = join(folder, 'swath-artifacts')
  writeFileSync(join(artifacts, 'trial-1', 'state.pt'), 'of a command')
  writeFileSync(join(artifacts, 'trial-2', 'state.pt'), 'of a command')
  expect((await swath(['delete', 'small', '--yes'], folder)).stdout).toBe('small deleted.\n')
  expect(readdirSync(artifacts)).toEqual(['trial-2'])

  mkdirSync(join(artifacts, 'trial-1'))
  writeFileSync(join(artifacts, 'trial-1', 'attempt-1.safetensors'), 'left by a crash')
  expect(await problems(folder)).toEqual(['Files'])
  const planned = await swath(['gc', '--dry-run'], folder)
  expect(planned.stdout).toBe('  trial-1/  15B\nTo be removed: 1 stray that nothing names (15B); 15B in all.\n')
  expect(JSON.parse((await swath(['gc', '--vacuum', '--json'], folder)).stdout)).toMatchObject({
    ...{ dryRun: false, strays: [{ name: 'trial-1/', bytes: 15 }], superseded: [] },
  })
  expect((await swath(['gc'], folder)).stdout).toBe('Nothing to remove.\n')
  expect(readFileSync(join(artifacts, 'trial-2', 'state.pt'), 'utf8')).toBe('of a command')

  const [checkpoint = ''] = readdirSync(join(artifacts, 'trial-2')).filter((name) => name.endsWith('.safetensors'))
  writeFileSync(join(artifacts, 'trial-2', checkpoint), 'damaged')
  expect(await problems(folder)).toEqual(['Checkpoints'])
  const repaired = await swath(['doctor', '--repair'], folder)
  expect(repaired.code, repaired.stdout).toBe(0)
  expect(repaired.stdout).toMatch(/Repaired +trial 2 does without trial-2\/\S+, which is cut short/)
  expect(await problems(folder)).toEqual([])
  expect((await swath(['evaluate', '2'], folder)).stderr).toMatch(/trial 2 .*has no checkpoint/)
})

test('a sweep that was killed is found, and mended without being run', async () => {
  const folder = workFolder({ 'small.yaml': smallSweep })
  const run = new Swath(['run', 'small.yaml', '--workers', '1', '--set', 'epochs=500'], folder)
  await run.says(/epoch 1: /)
  run.child.kill('SIGKILL')
  await run.finished
  expect(await problems(folder)).toContain('Trials')
  expect((await swath(['doctor', '--repair'], folder)).stdout).toMatch(/Repaired +trial \d is queued again/)
  expect(await problems(folder)).toEqual([])
  expect(await ask('select distinct state from trials', folder)).toEqual([{ state: 'queued' }])
  expect(existsSync(join(folder, 'swath.db.damaged'))).toBe(false)
})

test('a sweep of an older swath, which knew of no retries and no checkpoints, is taken up again', async () => {
  const folder = workFolder({ 'mute.yaml': 'command: ["false"]\nmethod: grid\nparameters: { a: { value: 1 } }\n' })
  expect((await swath(['run', 'mute.yaml', '--set', 'retries=0'], folder)).code).toBe(1)
  await withStore(join(folder, 'swath.db'), 'change', async ({ db }) => {
    const { settings } = await db.selectFrom('sweeps').select('settings').executeTakeFirstOrThrow()
    const { program, dataset, coresPerTrial, metric } = JSON.parse(settings) as SweepSettings
    await db
      .updateTable('sweeps')
      .set({ settings: JSON.stringify({ program, dataset, coresPerTrial, metric }) })
      .execute()
  })
  const { code, stderr } = await swath(['resume'], folder)
  expect(stderr).toMatch(/trial 1 \(a 1\) failed, to be tried again/)
  expect(code).toBe(1)
  expect(await ask('select state, attempt from trials', folder)).toEqual([{ state: 'failed', attempt: 3 }])
})

test('another store is looked at where --store names it', async () => {
  const folder = workFolder({ 'small.yaml': smallSweep, 'notes.txt': 'by no means a database '.repeat(100) })
  expect(await problems(folder)).toEqual([])
  expect(await problems(folder, '--store', 'notes.txt')).toEqual(['Database'])
  const { code, stderr } = await swath(['doctor', '--repair', '--store', 'notes.txt'], folder)
  expect(code).toBe(1)
  expect(stderr).toMatch(/nothing of .*notes\.txt can be read.*\n→ put a backup in its place/)
})

test.each([
  ...[['list'], ['show', '1'], ['pareto'], ['cancel', 'grid'], ['delete', 'grid', '--yes'], ['resume']],
  ...[['gc'], ['gc', '--dry-run'], ['export', '1'], ['sql', 'select * from trials'], ['backup', 'copy.db']],
])('%s says that the store is damaged, and what to do', async (...args) => {
  const folder = workFolder()
  const { store } = await trainedStore()
  const { rows } = await store.query(
    "select rootpage from sqlite_schema where rootpage > 1 and tbl_name not like 'kysely%'",
  )
  await store.close()
  const path = store.location.replace('sqlite:', '')
  const bytes = readFileSync(path)
  for (const { rootpage } of rows) bytes.fill(0xa5, (Number(rootpage) - 1) * 4096, Number(rootpage) * 4096)
  writeFileSync(path, bytes)

  const { code, stderr } = await swath([...args, '--store', path], folder)
  expect(stderr).toMatch(/^error: .*swath\.db is damaged \(.*\)\n\S+ .*swath doctor --repair/)
  expect(code).toBe(1)
})
