import { existsSync, readdirSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { expect, test } from 'vitest'

import { killStorm } from '../../bench/faults/kill-storm.ts'
import { ask, smallSweep, Swath, swath, workFolder, type Finished } from './swath.ts'

const results = `select t.number, t.weights_sha256, m.epoch, m.name, m.value from trials t join metrics m on m.trial_id = t.id
  where m.name not like '%seconds' and m.name not like '%per_second' order by 1, 3, 4`

/** A program that goes on from its checkpoints, and comes to grief as its parameter says: once, or always. */
const program = `
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
export default {
  async train({ params: { how, epochs }, seed, resume, folder, signal, report }) {
    const isFirst = !existsSync(folder + '/was-here')
    mkdirSync(folder, { recursive: true })
    writeFileSync(folder + '/was-here', '')
    let sum = resume?.weights[0]?.[0] ?? seed % 1000
    let history = resume?.state ?? []
    for (let epoch = (resume?.epoch ?? 0) + 1; epoch <= epochs; epoch++) {
      sum = (sum * 7 + epoch) % 1009
      history = [...history, sum]
      if (epoch === 3) await trouble(how, isFirst, signal)
      await report({ epoch, sum }, { checkpoint: { weights: [Float32Array.of(sum)], state: history } })
    }
    return { weights: [Float32Array.from(history)] }
  },
}
async function trouble(how, isFirst, signal) {
  if (how === 'throws' && isFirst) throw new Error('a bad moment')
  if (how === 'exits' && isFirst) process.exit(9)
  if (how === 'hangs' && isFirst) for (;;) {}
  if (how === 'waits' && isFirst) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  if (how === 'always throws') throw new Error('no good')
  if (how === 'aborts') process.kill(process.pid, 'SIGABRT')
}
`
const sweep = (hows: readonly string[], more = '') => `name: own
program: ./own.mjs
method: grid
${more}parameters:
  how: { values: [${hows.map((how) => `"${how}"`).join(', ')}] }
  epochs: { value: 5 }
`

test('a trial that fails is tried again from its checkpoint, and ends as if nothing had been', async () => {
  const hows = ['exits', 'hangs', 'throws', 'waits', 'well']
  const folder = workFolder({ 'own.mjs': program, 'own.yaml': sweep(hows, 'timeout: { epoch: 4s }\n') })
  const run = await swath(['run', 'own.yaml'], folder)
  expect(run.code, run.stderr).toBe(0)
  expect(run.stderr).toMatch(/trial \d \(how throws\) failed, to be tried again: a bad moment/)
  expect(run.stderr).toMatch(/trial \d \(how hangs\) failed, to be tried again: its 3rd epoch took longer than 4 s/)

  const rows = await ask<Record<string, unknown>>(
    `select params ->> 'how' as how, t.state, a.attempt, a.state as end, a.resumed_epoch as "from"
     from trials t join attempts a on a.trial_id = t.id order by t.number, a.attempt`,
    folder,
  )
  expect(rows.map((row) => `${String(row.how)} ${String(row.attempt)} ${String(row.end)} ${String(row.from)}`)).toEqual(
    [
      ...['exits 1 failed 0', 'exits 2 completed 2', 'hangs 1 failed 0', 'hangs 2 completed 2'],
      ...['throws 1 failed 0', 'throws 2 completed 2', 'waits 1 failed 0', 'waits 2 completed 2', 'well 1 completed 0'],
    ],
  )
  // Nothing was trained twice that had been kept, and the last epoch is as a trial without trouble has it.
  expect(await ask('select count(*) as n from superseded_metrics', folder)).toEqual([{ n: 0 }])
  const untroubled = workFolder({
    'own.mjs': program.replace(/ && isFirst/g, ' && false'),
    'own.yaml': sweep(hows),
  })
  await swath(['run', 'own.yaml'], untroubled)
  expect(await ask(results, folder)).toEqual(await ask(results, untroubled))
})

test('a trial that fails again and again fails for good, with the story of each attempt', async () => {
  const folder = workFolder({ 'own.mjs': program, 'own.yaml': sweep(['always throws', 'well'], 'retries: 2\n') })
  const run = await swath(['run', 'own.yaml'], folder)
  expect(run.code).toBe(1)
  expect(await ask('select state, attempt, failures, error from trials order by number', folder)).toEqual([
    { state: 'failed', attempt: 3, failures: 3, error: 'no good' },
    { state: 'completed', attempt: 1, failures: 0, error: null },
  ])
  const shown = await swath(['show', '1'], folder)
  expect(shown.stdout.match(/failed/g)?.length).toBeGreaterThanOrEqual(4)
})

test('a trial that takes the whole process with it cannot stop the sweep for ever', async () => {
  const folder = workFolder({ 'own.mjs': program, 'own.yaml': sweep(['aborts', 'well'], 'retries: 0\n') })
  const codes: Finished['code'][] = []
  while (codes.length < 9 && !codes.some((code) => code !== null)) {
    codes.push((await swath(['run', 'own.yaml', '--workers', '1'], folder)).code)
  }
  expect(codes).toEqual([null, null, null, null, 1])
  const [aborts, well] = await ask<Record<string, unknown>>('select * from trials order by number', folder)
  expect(aborts).toMatchObject({ state: 'failed' })
  expect(aborts?.error).toMatch(/3 processes in a row ended while they trained it/)
  expect(well).toMatchObject({ state: 'completed', attempt: 1 })
})

test('a checkpoint that is torn makes way for the one before, then for the start, and the bits are the same', async () => {
  const epochs = ['--set', 'depth=1', '--set', 'width=16', '--set', 'epochs=4']
  const whole = workFolder({ 'small.yaml': smallSweep })
  await swath(['run', 'small.yaml', ...epochs], whole)

  const broken = workFolder({ 'small.yaml': smallSweep })
  const run = new Swath(['run', 'small.yaml', ...epochs], broken)
  await run.says(/epoch 2: /)
  run.child.kill('SIGKILL')
  await run.finished
  const kept = await ask<{ name: string; epoch: number }>('select name, epoch from artifacts order by epoch', broken)
  expect(kept.map(({ epoch }) => epoch)).toEqual([1, 2])
  for (const [i, { name }] of kept.entries()) truncateSync(join(broken, 'swath-artifacts', name), 100 * i)

  const resumed = await swath(['run', 'small.yaml', ...epochs], broken)
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(resumed.stderr).toMatch(/trial 1: .*epoch-2\.safetensors is cut short.*; it goes on from the start/)
  expect(resumed.stderr).toMatch(/trial 1: .*epoch-1\.safetensors is cut short/)
  expect(await ask(results, broken)).toEqual(await ask(results, whole))
  // Only the trained model is left, of both.
  expect(readdirSync(join(broken, 'swath-artifacts', 'trial-1'))).toHaveLength(1)
})

test('a terminal that is closed does not end a run', async () => {
  const folder = workFolder({ 'small.yaml': smallSweep })
  const run = new Swath(['run', 'small.yaml'], folder)
  await run.says(/epoch 1: /)
  run.child.stderr?.destroy()
  run.child.stdout?.destroy()
  run.child.kill('SIGHUP')
  await run.finished
  expect(await ask('select distinct state from trials', folder)).toEqual([{ state: 'completed' }])
})

test('Ctrl-C twice ends a run at once, and still nothing is lost', async () => {
  const folder = workFolder({ 'own.mjs': program, 'own.yaml': sweep(['hangs']) })
  const run = new Swath(['run', 'own.yaml'], folder)
  await run.says(/how hangs\) epoch 2: /)
  run.child.kill('SIGINT')
  await run.says(/Stopping/)
  run.child.kill('SIGINT')
  expect((await run.finished).code).toBe(130)
  const resumed = await swath(['resume'], folder)
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(existsSync(join(folder, 'swath.db-wal'))).toBe(false)
})

test('a store that is removed under a run and its page ends both, and what was reported goes on from where it was', async () => {
  const folder = workFolder({ 'own.mjs': program, 'own.yaml': sweep(['waits', 'well']) })
  const run = new Swath(['run', 'own.yaml'], folder)
  const page = new Swath(['serve', '--port', '0'], folder)
  await Promise.all([run.says(/how waits\) epoch 2: /), run.says(/how well\) completed/), page.says(/http:/)])
  rmSync(join(folder, 'swath.db'))
  const [ended, closed] = await Promise.all([run.finished, page.finished])
  expect(ended).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /swath\.db was removed while it was open; .* saved in .*swath\.db\.rescued\n/,
    ) as string,
  })
  expect(closed).toMatchObject({ code: 1, stderr: expect.stringContaining('swath.db was removed') as string })

  renameSync(join(folder, 'swath.db.rescued'), join(folder, 'swath.db'))
  expect(await ask('select count(*) as n from metrics', folder)).toEqual([{ n: 7 }])
  const resumed = await swath(['resume'], folder)
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(await ask('select max(epoch) as n from metrics group by trial_id', folder)).toEqual([{ n: 5 }, { n: 5 }])
  expect(await ask('select count(*) as n from superseded_metrics', folder)).toEqual([{ n: 0 }])
})

test('killed at random moments, again and again, a sweep loses nothing and ends with the same bits', async () => {
  const storm = smallSweep.replace('epochs: { value: 2 }', 'epochs: { value: 12 }') + 'retries: 100\n'
  const [calm, stormy] = [workFolder({ 'storm.yaml': storm }), workFolder({ 'storm.yaml': storm })]
  await swath(['run', 'storm.yaml'], calm)
  const report = await killStorm({
    ...{ swath: [process.execPath, resolve('bin/swath.js')], folder: stormy, file: 'storm.yaml' },
    ...{ kills: 6, longestMs: 4_000, seed: 1 },
  })
  expect(report).toMatchObject({ rowsLost: 0, epochsRepeated: 0, torn: 0, strayProcesses: [], locksLeft: 0 })
  expect(await ask(results, stormy)).toEqual(await ask(results, calm))
})
