import { expect, test } from 'vitest'

import { ask, swath, workFolder } from './swath.ts'

/** A program that reports, returns and throws what nobody would. */
const program = `
const throwing = () => { throw new Error('no such thing') }
const many = (count, name) => Object.fromEntries(Array.from({ length: count }, (_, k) => [name + k, k]))
const hows = {
  bigint: (t) => t.report({ epoch: 1, loss: 1n }),
  symbol: (t) => t.report({ epoch: 1, loss: Symbol('a') }),
  'a function': (t) => t.report({ epoch: 1, loss: () => 1 }),
  'a getter': (t) => t.report({ epoch: 1, get loss() { return throwing() } }),
  'a proxy': (t) => t.report(new Proxy({ epoch: 1, loss: 0.5 }, {})),
  'another at each look': (t) => { let k = 0; return t.report({ epoch: 1, get loss() { return k++ ? NaN : 0.5 } }) },
  'changed since': (t) => { const r = { epoch: 1, loss: 0.5 }; const done = t.report(r); r.loss = 'x'; return done },
  nothing: (t) => t.report(),
  '10,000 metrics': (t) => t.report({ epoch: 1, ...many(10_000, 'm') }),
  'a million metrics': (t) => t.report({ epoch: 1, ...many(1_000_000, 'm') }),
  'an empty name': (t) => t.report({ epoch: 1, '': 1 }),
  'a long name': (t) => t.report({ epoch: 1, ['n'.repeat(1e6)]: 1 }),
  'a NUL': (t) => t.report({ epoch: 1, 'a\\0b': 1 }),
  'half a character': (t) => t.report({ epoch: 1, 'a\\ud800': 1, 'a\\ud801': 2 }),
  'SQL': (t) => t.report({ epoch: 1, '"; drop table trials; --': 1, "'); delete from metrics; --": 2 }),
  'names of JavaScript': (t) => t.report(JSON.parse('{ "epoch": 1, "__proto__": 2, "constructor": 3 }')),
  'upper and lower case': (t) => t.report({ epoch: 1, Loss: 1, loss: 2, LOSS: 3 }),
  'the least': (t) => t.report({ epoch: 1, loss: 5e-324, other: -0 }),
  'the greatest': async (t) => {
    for (let epoch = 1; epoch <= 4; epoch++) await t.report({ epoch, loss: epoch < 3 ? 1.7e308 : -1.7e308 })
  },
  'the last epoch': (t) => t.report({ epoch: 2 ** 31 - 1, loss: 1 }),
  'after the last epoch': (t) => t.report({ epoch: 2 ** 31, loss: 1 }),
  'reports that nobody awaits': (t) => { for (let epoch = 1; epoch <= 2_000; epoch++) t.report({ epoch, loss: epoch, more: 1 }) },
  'no progress': (t) => t.progress(null),
  'progress in bigints': (t) => t.progress({ epoch: 1n, epochs: 2n, fraction: 0n }),
  'progress of nothing': async (t) => {
    t.progress({ epoch: 0, epochs: 0, fraction: -1, loss: NaN, imagesPerSecond: -Infinity })
    await t.report({ epoch: 1, loss: 1 })
  },
  'a late nothing': (t) => { setImmediate(() => setImmediate(() => t.report(null))) },
  'throws nothing': () => { throw null },
  'throws an empty object': () => { throw Object.create(null) },
  'throws a message that is none': () => { throw Object.assign(new Error(), { message: { code: 5 }, stack: [() => 1] }) },
  'throws a proxy': () => { throw new Proxy({}, { get: throwing, getPrototypeOf: throwing }) },
  'returns a list': () => ({ weights: [[1, 2, 3]] }),
  'returns a number': () => ({ weights: 5 }),
  'returns a text': () => 'done',
  'returns null': () => null,
}
export default { train: async (trial) => await hows[trial.params.how](trial) }
`

const outcomes: Record<string, unknown> = {
  bigint: 'completed',
  symbol: 'completed',
  'a function': 'completed',
  'a getter': 'completed',
  'a proxy': 'completed',
  'another at each look': 'completed',
  'changed since': 'completed',
  nothing: 'report(undefined): expected an object such as { epoch: 1, val_loss: 0.3 }',
  '10,000 metrics': 'completed',
  'a million metrics': 'a report: expected at most 10000 entries besides epoch, got more',
  'an empty name': 'completed',
  'a long name': 'completed',
  'a NUL': 'completed',
  'half a character': 'completed',
  SQL: 'completed',
  'names of JavaScript': 'completed',
  'upper and lower case': 'completed',
  'the least': 'completed',
  'the greatest': 'completed',
  'the last epoch': 'completed',
  'after the last epoch': 'completed',
  'reports that nobody awaits': 'completed',
  'no progress': 'progress(null): expected { epoch, epochs, fraction }',
  'progress in bigints': 'progress: epoch: expected a number, got 1n',
  'progress of nothing': 'completed',
  'a late nothing': 'completed',
  'throws nothing': 'null',
  'throws an empty object': 'something that has no message was thrown',
  'throws a message that is none': '[object Object]',
  'throws a proxy': 'something that has no message was thrown',
  'returns a list': 'weights: expected a list of typed arrays such as Float32Array',
  'returns a number': 'weights: expected a list of typed arrays such as Float32Array',
  'returns a text': 'completed',
  'returns null': 'completed',
}

test('whatever a program reports, returns or throws, its trial keeps it or fails with what and where, and the run goes on', async () => {
  const values = JSON.stringify(Object.keys(outcomes))
  const folder = workFolder({
    'own.mjs': program,
    'own.yaml': `program: own.mjs\nmethod: grid\nretries: 0\nparameters:\n  how: { values: ${values} }\n`,
  })
  const run = await swath(['run', 'own.yaml', '--workers', '2'], folder)
  expect(run.stderr).not.toMatch(/bug|UNIQUE|NOT NULL|SQLITE/)
  expect(run.code, run.stderr).toBe(1)
  expect(run.stderr).toMatch(/reported something after it had ended: ignored/)

  const rows = await ask<{ how: string; state: string; error: string | null }>(
    "select params ->> 'how' as how, state, error from trials",
    folder,
  )
  const found = Object.fromEntries(rows.map(({ how, state, error }) => [how, error ?? state]))
  expect(found).toEqual(outcomes)

  const metrics = await ask<{ how: string; name: string; epoch: number; value: number }>(
    "select params ->> 'how' as how, name, epoch, value from metrics join trials on id = trial_id order by how, name, epoch",
    folder,
  )
  const kept = (how: string) =>
    metrics.filter((row) => row.how === how).map(({ name, epoch, value }) => [name, epoch, value])
  for (const how of ['a proxy', 'another at each look', 'changed since']) expect(kept(how)).toEqual([['loss', 1, 0.5]])
  expect(kept('10,000 metrics')).toHaveLength(10_000)
  expect(kept('SQL').map(([name]) => name)).toEqual(['"; drop table trials; --', "'); delete from metrics; --"])
  expect(kept('names of JavaScript')).toEqual([
    ['__proto__', 1, 2],
    ['constructor', 1, 3],
  ])
  expect(kept('upper and lower case').map(([, , value]) => value)).toEqual([3, 1, 2])
  expect(kept('the least')).toEqual([
    ['loss', 1, 5e-324],
    // SQLite has no -0.
    ['other', 1, 0],
  ])
  expect(kept('the last epoch')).toEqual([['loss', 2 ** 31 - 1, 1]])
  expect(kept('after the last epoch')).toEqual([['loss', 1, 1]])
  expect(kept('bigint')).toEqual([['loss', 1, 1]])
  expect(kept('reports that nobody awaits')).toHaveLength(4_000)

  // What cannot be stored is left out, and a notice names it.
  const left = ['symbol', 'a function', 'a getter', 'an empty name', 'a long name', 'a NUL', 'half a character']
  for (const how of left) expect(kept(how), how).toEqual([])
  const notices = await ask<{ kind: string; name: string }>('select kind, name from report_notices', folder)
  const names = ['', 'a\\0b', 'a\\u{d800}', 'a\\u{d801}', 'loss', `${'n'.repeat(80)}…`]
  expect(notices.map(({ kind, name }) => `${kind}: ${name}`).sort()).toEqual(
    [...names.map((name) => `dropped: ${name}`), 'epoch: too great'].sort(),
  )

  const view = await ask<Record<string, unknown>>("select * from sweep_own where how = 'a proxy'", folder)
  expect(Object.keys(view[0] ?? {}).length).toBe(1_000)
  for (const args of [['show', 'own'], ['list'], ['pareto', 'own', '--y', 'loss']]) {
    expect((await swath(args, folder)).code, args.join(' ')).toBe(0)
  }
})
