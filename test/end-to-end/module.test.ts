import { expect, test } from 'vitest'

import { ask, swath, workFolder } from './swath.ts'

function sweep(program: string, values: string): string {
  return `name: own\nprogram: ./${program}\nmethod: grid\nparameters:\n  how: { values: [${values}] }\n`
}

/** A program that does one of many things, as users' programs do. */
const program = `
export default {
  check({ how }) {
    if (how === 'unwanted') throw new Error('how: unwanted is not wanted')
  },
  async train(trial) {
    switch (trial.params.how) {
      case 'well':
        console.log('hello from', trial.params.how)
        for (let epoch = 1; epoch <= 3; epoch++) await trial.report({ epoch, score: trial.seed / epoch })
        return { weights: [new Float32Array([trial.seed])] }
      case 'unawaited':
        trial.report({ epoch: 1, score: 1 })
        trial.report({ epoch: 2, score: 2 })
        return
      case 'throw':
        await trial.report({ epoch: 1, score: 1 })
        throw new Error('the data has gone bad')
      case 'throw a string':
        throw 'just words'
      case 'nan':
        await trial.report({ epoch: 1, score: 1 })
        await trial.report({ epoch: 2, score: NaN })
        return
      case 'text':
        trial.report({ epoch: 1, score: 'high' })
        return
      case 'backwards':
        await trial.report({ epoch: 2, score: 1 })
        await trial.report({ epoch: 1, score: 1 })
        return
      case 'exit':
        process.exit(3)
      case 'behind the back':
        Promise.reject(new Error('nobody awaited this'))
        await new Promise(() => {})
        return
      case 'late':
        queueMicrotask(() => setImmediate(() => trial.report({ epoch: 9, score: 9 })))
        return
    }
  },
}
`

test('a module of the user’s own is swept, whatever it does, and the other trials go on', async () => {
  const hows = [
    'well',
    'unawaited',
    'throw',
    'throw a string',
    'nan',
    'text',
    'late',
    'backwards',
    'exit',
    'behind the back',
  ]
  const folder = workFolder({
    'own.mjs': program,
    'own.yaml': `${sweep('own.mjs', hows.map((how) => `"${how}"`).join(', '))}metric: { name: score, goal: maximize }\n`,
  })
  const run = await swath(['run', 'own.yaml', '--workers', '1'], folder)
  expect(run.code, run.stderr).toBe(1)
  expect(run.stderr).toMatch(/^trial \d+ reports score \(the text "high"\): not stored/m)
  expect(run.stdout).toMatch(/^2 of 5 completed trials \(\d+, \d+\) have not reported score/m)
  expect(run.stderr).toMatch(/trial \d+: hello from well/)
  expect(run.stderr).toMatch(/trial \d+ reported epoch 9 after it had ended: ignored/)

  const rows = await ask<{ how: string; state: string; error: string | null }>(
    "select params ->> 'how' as how, state, error from trials order by number",
    folder,
  )
  expect(Object.fromEntries(rows.map(({ how, state, error }) => [how, error ?? state]))).toEqual({
    well: 'completed',
    unawaited: 'completed',
    late: 'completed',
    throw: 'the data has gone bad',
    'throw a string': 'just words',
    nan: 'diverged: score is NaN at epoch 2',
    text: 'completed',
    backwards: 'completed',
    exit: expect.stringMatching(/^its thread ended/) as string,
    'behind the back': 'nobody awaited this',
  })
  const kept = await ask<{ how: string; epochs: number }>(
    `select params ->> 'how' as how, count(*) as epochs from metrics join trials on id = trial_id group by 1 order by 1`,
    folder,
  )
  expect(kept).toEqual([
    { how: 'backwards', epochs: 2 },
    { how: 'nan', epochs: 1 },
    { how: 'throw', epochs: 1 },
    { how: 'unawaited', epochs: 2 },
    { how: 'well', epochs: 3 },
  ])

  const shown = await swath(['show', String(hows.toSorted().indexOf('throw') + 1)], folder)
  expect(shown.code).toBe(0)
  const resumed = await swath(['resume', 'own', '--workers', '1'], folder)
  expect(resumed.code).toBe(1)
  // Those that diverged or reported what nobody can keep are not tried a second time; the others are.
  expect(await ask("select distinct attempt from trials where state = 'failed' order by 1", folder)).toEqual([
    { attempt: 2 },
    { attempt: 4 },
  ])
  expect(await ask("select distinct attempt from trials where state = 'completed'", folder)).toEqual([{ attempt: 1 }])
})

test('a program written in TypeScript is swept, with FLOPs from its own model', async () => {
  const typescript = `
import type { Parameters } from './types.ts'
export default {
  model(tf: any, params: Parameters) {
    return tf.sequential({ layers: [tf.layers.dense({ inputShape: [3], units: params.units as number })] })
  },
  async train(trial: { params: Parameters; report(r: object): Promise<string>; tf: any }) {
    const answer = trial.tf.tidy(() => trial.tf.add(40, 2).dataSync()[0] as number)
    await trial.report({ epoch: 1, answer })
  },
}
`
  const folder = workFolder({
    'own.ts': typescript,
    'types.ts': 'export type Parameters = Record<string, string | number>\n',
    'own.yaml': 'program: own.ts\nmethod: grid\nparameters: { units: { values: [1, 2] } }\n',
  })
  const run = await swath(['run', 'own.yaml'], folder)
  expect(run.code, run.stderr).toBe(0)
  expect(await ask('select units, parameter_count, flops, answer from sweep_own order by units', folder)).toEqual([
    { units: 1, parameter_count: 4, flops: 6, answer: 42 },
    { units: 2, parameter_count: 8, flops: 12, answer: 42 },
  ])
  expect(run.stdout).toMatch(/own: answer against FLOPs/)
})

test('a point that the program refuses stops the sweep before anything is written', async () => {
  const folder = workFolder({ 'own.mjs': program, 'own.yaml': sweep('own.mjs', 'well, unwanted') })
  const { code, stderr } = await swath(['run', 'own.yaml'], folder)
  expect(code).toBe(2)
  expect(stderr).toMatch(/own\.yaml:5:25: parameters\.how\.values\.1: unwanted is not wanted/)
  expect((await swath(['list'], folder)).stdout).toMatch(/No sweep yet/)
})

test.each([
  ['export default 42', /own\.mjs.*default export/s],
  ['export const train = 1', /own\.mjs.*default export/s],
  ['export default { train: 5 }', /own\.mjs.*train/s],
  ['export default {', /own\.mjs/],
  ['throw new Error("no licence")', /own\.mjs.*no licence/s],
  ['import "a-package-that-is-not-there"', /a-package-that-is-not-there/],
  ['process.exit(7)', /ended its thread/],
])('a module that reads %j is refused with a reason', async (text, message) => {
  const folder = workFolder({ 'own.mjs': text, 'own.yaml': sweep('own.mjs', 'well') })
  const { code, stderr } = await swath(['run', 'own.yaml'], folder)
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/ {4}at /)
  expect(code).toBe(2)
})

test('a module that changed since is not mixed with what it was', async () => {
  const folder = workFolder({ 'own.mjs': program, 'own.yaml': sweep('own.mjs', 'well') })
  expect((await swath(['run', 'own.yaml'], folder)).code).toBe(0)
  const { writeFileSync } = await import('node:fs')
  writeFileSync(`${folder}/own.mjs`, `${program}// changed`)
  const { code, stderr } = await swath(['run', 'own.yaml'], folder)
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /the program of own is not the one that its trials were trained with:\n {2}own.mjs has changed\n/,
  )
})

test('a program that never awaits its reports is slowed to what the disk takes, and every report is kept', async () => {
  const flood = `export default {
    async train({ report }) {
      for (let epoch = 1; epoch <= 20000; epoch++) report({ epoch, value: epoch })
      process.stdout.write('all sent')
    },
  }`
  const folder = workFolder({ 'own.mjs': flood, 'own.yaml': sweep('own.mjs', '1') })
  const run = await swath(['run', 'own.yaml'], folder)
  expect(run.code, run.stderr).toBe(0)
  expect(await ask('select count(*) as n, max(epoch) as last, sum(value) as sum from metrics', folder)).toEqual([
    { n: 20_000, last: 20_000, sum: 200_010_000 },
  ])
})

test('a program that waits until what it prints has been taken goes on', async () => {
  const printing = `export default {
    async train({ report }) {
      const print = (stream, ...args) => new Promise((taken) => stream.write(...args, taken))
      await print(process.stdout, 'plain')
      await print(process.stderr, 'aW4gYmFzZTY0', 'base64')
      await print(process.stdout, Buffer.from('bytes'))
      await report({ epoch: 1, value: 1 })
    },
  }`
  const folder = workFolder({ 'own.mjs': printing, 'own.yaml': sweep('own.mjs', '1') })
  const run = await swath(['run', 'own.yaml', '--set', 'timeout.trial=20s', '--set', 'retries=0'], folder)
  expect(run.code, run.stderr).toBe(0)
  for (const text of ['plain', 'in base64', 'bytes']) expect(run.stderr).toContain(`: ${text}`)
})

test('an error that no code awaits belongs to the trial that caused it, also while the next one trains', async () => {
  const folder = workFolder({
    'own.mjs': `const [first, second] = [deferred(), deferred()]
function deferred() {
  let resolve
  return { promise: new Promise((done) => (resolve = done)), resolve }
}
export default {
  async train({ params: { how }, report }) {
    if (how === 'early') {
      first.promise.then(() => { setImmediate(second.resolve); throw new Error('rejected later') })
      setImmediate(async () => { await first.promise; setImmediate(() => { throw new Error('thrown later') }) })
      return
    }
    await report({ epoch: 1, score: 1 })
    if (how === 'next') { first.resolve(); await second.promise; await new Promise((done) => setTimeout(done, 50)) }
    await report({ epoch: 2, score: 2 })
  },
}
`,
    'own.yaml': sweep('own.mjs', 'early, next, last'),
  })
  const run = await swath(['run', 'own.yaml', '--workers', '1'], folder)
  expect(run.code, run.stderr).toBe(0)
  expect(run.stderr).toMatch(/trial 1 failed after it had ended: rejected later/)
  expect(run.stderr).toMatch(/trial 1 failed after it had ended: thrown later/)
  expect(await ask('select trial_id, epoch from metrics order by 1, 2', folder)).toEqual([
    { trial_id: 2, epoch: 1 },
    { trial_id: 2, epoch: 2 },
    { trial_id: 3, epoch: 1 },
    { trial_id: 3, epoch: 2 },
  ])
})
