import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { gone } from '../programs/command/processes.ts'
import { postgresLocation } from '../store/temporary-store.ts'
import { ask, Swath, swath, workFolder } from './swath.ts'

/** Nine small networks on a part of MNIST: bad learning rates among them. */
const mnist = `name: small
program: mlp
method: grid
dataset: { name: mnist, limit: 2000 }
metric: { name: val_accuracy, goal: maximize }
early_terminate: { type: asha, min_epochs: 1, eta: 3 }
parameters:
  learning_rate: { values: [0.003, 0.00001, 0.9] }
  width: { values: [16, 24, 32] }
  epochs: { value: 4 }
`
const results = `select t.number, t.state, t.stop_reason, m.epoch, m.name, m.value from trials t join metrics m on m.trial_id = t.id
  where m.name not like '%seconds' and m.name not like '%per_second' order by 1, 4, 5`

interface Row {
  readonly number: number
  readonly state: string
  readonly stop_reason: string | null
}

test('asha stops the networks that are worse early on, and says why; one of them is trained on by hand', async () => {
  const folder = workFolder({ 'small.yaml': mnist })
  const run = await swath(['run', 'small.yaml', '--workers', '1'], folder)
  expect(run.code, run.stderr).toBe(0)
  expect(run.stderr).toMatch(/trial \d \(.*\) stopped at epoch 1: val_accuracy .* is below the .* \(after/)

  const trials = await ask<Row & { epochs: number; checkpoints: number }>(
    `select t.number, t.state, t.stop_reason, (select max(epoch) from metrics m where m.trial_id = t.id) as epochs,
       (select count(*) from artifacts a where a.trial_id = t.id) as checkpoints
     from trials t order by t.number`,
    folder,
  )
  const stopped = trials.filter(({ state }) => state === 'stopped')
  expect(stopped.length).toBeGreaterThanOrEqual(3)
  expect(trials.filter(({ state }) => state === 'completed').length).toBe(trials.length - stopped.length)
  for (const { stop_reason, epochs, checkpoints } of stopped) {
    expect(stop_reason).toMatch(/^stopped at epoch [13]: val_accuracy 0\.\d+ is below the 0\.\d+ that the best/)
    expect(stop_reason).toContain(`at epoch ${epochs}:`)
    expect(checkpoints).toBe(1)
  }

  // Shown with the sweep and with the trial.
  const [one] = stopped
  const shown = await swath(['show', 'small'], folder)
  expect(shown.stdout).toContain(one?.stop_reason)
  const id = String(one?.number)
  expect((await swath(['show', id], folder)).stdout).toContain(`Trial ${id}: ${one?.stop_reason ?? ''}\n`)
  expect((await swath(['predict', id, '--help'], folder)).code).toBe(0)

  // Nothing is left to run; but one may be trained on.
  const again = await swath(['run', 'small.yaml'], folder)
  expect(again.stdout).toContain('has nothing left to run')
  const few = await swath(['resume', '--trial', id, '--epochs', '1'], folder)
  expect(few).toMatchObject({ code: 2 })
  expect(few.stderr).toContain(`--epochs 1: expected a whole number above ${one?.epochs}, the last it has trained`)
  const on = await swath(['resume', '--trial', id, '--epochs', '5'], folder)
  expect(on.code, on.stderr).toBe(0)
  expect(on.stderr.match(/trial \d+ .* epoch \d+:/g)).toHaveLength(
    5 - (one?.stop_reason?.includes('epoch 3') === true ? 3 : 1),
  )
  expect(await ask(`select state, attempt, stop_reason from trials where id = ${id}`, folder)).toEqual([
    { state: 'completed', attempt: 2, stop_reason: null },
  ])
  const later = (await swath(['show', id], folder)).stdout
  expect(later).toMatch(/Trial \d+: completed\n/)
  expect(later).toMatch(/Stopped before\n[^]*stopped at epoch [13]: val_accuracy/)
})

test('a sweep that is killed in between stops the trials that it would have stopped', async () => {
  const [whole, broken] = [workFolder({ 'small.yaml': mnist }), workFolder({ 'small.yaml': mnist })]
  const args = ['run', 'small.yaml', '--workers', '1']
  expect((await swath(args, whole)).code).toBe(0)
  for (const pattern of [/epoch 1: /, /stopped at epoch/, /epoch 3: /]) {
    const run = new Swath(args, broken)
    await run.says(pattern)
    run.child.kill('SIGKILL')
    await run.finished
  }
  const resumed = await swath(args, broken)
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(await ask(results, broken)).toEqual(await ask(results, whole))
})

test('a metric that is not reported fails a trial at its first report, and ends the sweep: no other could be judged', async () => {
  const folder = workFolder({
    'own.yaml': `name: own
program: ./own.mjs
method: grid
metric: { name: los }
early_terminate: { type: asha }
parameters: { how: { value: polite }, loss: { values: [1, 2, 3] } }
`,
    'own.mjs': program,
  })
  const run = await swath(['run', 'own.yaml', '--workers', '1'], folder)
  expect(run.code).toBe(1)
  const reason = 'los is not reported at epoch 1, and early_terminate needs it; it reports loss'
  expect(run.stderr).toMatch(new RegExp(`failed after .*: ${reason}`))
  expect(run.stdout).toContain(`own has ended: trial 1: ${reason}. 0 of 3 trials completed.`)
  expect(await ask('select state, attempt from trials order by number', folder)).toEqual([
    { state: 'failed', attempt: 1 },
    { state: 'queued', attempt: 0 },
    { state: 'queued', attempt: 0 },
  ])
})

test('what a program of swath’s own does not report is refused before anything runs', async () => {
  const { code, stderr } = await swath(
    ['run', 'small.yaml'],
    workFolder({ 'small.yaml': mnist.replace('name: val_accuracy', 'name: val_acc') }),
  )
  expect(stderr).toMatch(/small\.yaml:5:17: metric\.name: mlp reports no val_acc; did you mean val_loss|val_accuracy\?/)
  expect(code).toBe(2)
})

/** Reports its loss over and over; `deaf` does not look at what it is told, `rude` throws. */
const program = `
export default {
  async train({ params: { how, loss }, resume, report }) {
    for (let epoch = (resume?.epoch ?? 0) + 1; epoch <= 5; epoch++) {
      const verdict = await report({ epoch, loss }, { checkpoint: { weights: [Float32Array.of(epoch)] } })
      if (verdict === 'stop' && how === 'rude') throw new Error('told to stop')
      if (verdict === 'stop' && how === 'polite') return
    }
  },
}
`

test.each(['polite', 'rude', 'deaf'])('a %s module is stopped all the same', async (how) => {
  const folder = workFolder({
    'own.mjs': program,
    'own.yaml': `name: own
program: ./own.mjs
method: grid
metric: { name: loss }
early_terminate: { type: threshold, epoch: 2, above: 1 }
parameters: { how: { value: ${how} }, loss: { values: [1, 2] } }
`,
  })
  const run = await swath(['run', 'own.yaml', '--workers', '1'], folder)
  expect(run.code, run.stderr).toBe(0)
  const rows = await ask(
    `select t.state, t.stop_reason, t.attempt, (select max(epoch) from metrics m where m.trial_id = t.id) as epochs,
       (select max(epoch) from artifacts a where a.trial_id = t.id) as kept from trials t order by t.number`,
    folder,
  )
  expect(rows).toEqual([
    { state: 'completed', stop_reason: null, attempt: 1, epochs: 5, kept: 5 },
    {
      state: 'stopped',
      stop_reason: 'stopped at epoch 2: loss 2 is above the threshold 1',
      attempt: 1,
      epochs: 2,
      kept: 2,
    },
  ])
})

test('a command that is told to stop gets SIGTERM, keeps what it saved, and goes on from there when it is wanted', async () => {
  const script = `import json, os, signal
state = os.path.join(os.environ["SWATH_CHECKPOINT_DIR"], "epoch")
epochs = json.loads(os.environ["SWATH_PARAMS"])["epochs"]
done = int(open(state).read()) if os.path.exists(state) else 0
open("pid", "w").write(str(os.getpid()))
for epoch in range(done + 1, epochs + 1):
    open(state, "w").write(str(epoch))
    print(json.dumps({"epoch": epoch, "loss": 10 - epoch}), flush=True)
    if epoch == 2 and epochs == 4: signal.pause()
`
  const folder = workFolder({
    'train.py': script,
    'own.yaml': `name: own
program: train.py
method: grid
metric: { name: loss }
early_terminate: { type: threshold, epoch: 2, above: 5 }
parameters: { epochs: { value: 4 } }
`,
  })
  const run = await swath(['run', 'own.yaml'], folder)
  expect(run.code, run.stderr).toBe(0)
  await gone(Number(readFileSync(join(folder, 'pid'), 'utf8')))
  expect(await ask('select state, stop_reason from trials', folder)).toEqual([
    { state: 'stopped', stop_reason: 'stopped at epoch 2: loss 8 is above the threshold 5' },
  ])
  const on = await swath(['resume', '--trial', '1', '--epochs', '6'], folder)
  expect(on.code, on.stderr).toBe(0)
  expect(await ask('select state from trials', folder)).toEqual([{ state: 'completed' }])
  expect(await ask('select resumed_epoch from attempts order by attempt', folder)).toEqual([
    { resumed_epoch: 0 },
    { resumed_epoch: 2 },
  ])
})

test('another rule makes another sweep', async () => {
  const folder = workFolder({ 'small.yaml': mnist })
  const set = ['--set', 'width=16', '--set', 'epochs=1']
  expect((await swath(['run', 'small.yaml', ...set], folder)).code).toBe(0)
  writeFileSync(join(folder, 'small.yaml'), mnist.replace('eta: 3', 'eta: 2'))
  const other = await swath(['run', 'small.yaml', ...set], folder)
  expect(other.stderr).toContain('early_terminate.eta: 3 → 2')
})

test('under hyperband a script may log other things before its metric: it is told that it is missing', async () => {
  const script = `for e in 1 2 3 4; do
  [ $e = 1 ] && echo '{"step_loss": 3}' || echo "{\\"loss\\": $1}"
done
`
  const folder = workFolder({
    'own.sh': script,
    'own.yaml': `command: [sh, own.sh, "\${args_json}"]
name: own
method: grid
metric: { name: loss }
early_terminate: { type: hyperband, min_iter: 1 }
parameters: { a: { value: 1 } }
`.replace('"${args_json}"', '"7"'),
  })
  const run = await swath(['run', 'own.yaml', '--workers', '1'], folder)
  expect(run.code, run.stderr).toBe(0)
  expect(run.stderr).toMatch(/trial 1: loss is not reported at epoch 1, .* it reports step_loss/)
  expect(await ask('select state from trials', folder)).toEqual([{ state: 'completed' }])
  expect(await ask('select rung, epoch, value from rungs', folder)).toEqual([
    { rung: 1, epoch: 2, value: 7 },
    { rung: 3, epoch: 4, value: 7 },
  ])
})

test('on a store that hosts share a trial is stopped and trained on in the same way', async () => {
  const store = postgresLocation()
  const folder = workFolder({
    'own.mjs': program.replace('epoch <= 5', 'epoch <= epochs').replace('loss }', 'loss, epochs }'),
    'own.yaml': `name: own
program: ./own.mjs
method: grid
metric: { name: loss }
early_terminate: { type: asha }
parameters: { how: { value: polite }, loss: { values: [1, 2] }, epochs: { value: 4 } }
`,
  })
  const run = await swath(['run', 'own.yaml', '--workers', '1', '--store', store], folder)
  expect(run.code, run.stderr).toBe(0)
  const reason = 'stopped at epoch 1: loss 2 is above the 1 that the best of 2 trials reached there'
  expect(run.stderr).toContain(reason)
  expect((await swath(['show', 'own', '--store', store], folder)).stdout).toContain(reason)
  const on = await swath(['resume', '--trial', '2', '--store', store], folder)
  expect(on.code, on.stderr).toBe(0)
  const shown = await swath(['show', '2', '--json', '--store', store], folder)
  expect(JSON.parse(shown.stdout)).toMatchObject({ state: 'completed', attempt: 2, continued_to: 4, stop_reason: null })
})
