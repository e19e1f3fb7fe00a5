import { expect, test } from 'vitest'

import { ask, swath, workFolder } from './swath.ts'

/** What scripts print that were written for other tools, and what becomes of each; `metrics` by epoch, `said` on stderr. */
const kinds: Readonly<Record<string, { print: string; metrics: string; error?: string; said?: RegExp }>> = {
  nested: { print: 'pj({"val": {"loss": 0.5}})', metrics: '1 val.loss=0.5' },
  nested_and_flat: {
    print: 'pj({"train_loss": 1, "val": {"loss": 0.5}})',
    metrics: '1 train_loss=1; 1 val.loss=0.5',
  },
  stringnum: { print: 'pj({"val_loss": "0.5", "acc": 1})', metrics: '1 acc=1; 1 val_loss=0.5' },
  overflow: {
    print: `w('{"val_loss": 1e999}\\n')`,
    metrics: '',
    error: 'diverged: val_loss is Infinity at epoch 1',
  },
  epoch0: {
    print: 'for e in range(3): pj({"epoch": e, "val_loss": 3 - e})',
    metrics: '1 val_loss=3; 2 val_loss=2; 3 val_loss=1',
    said: /epochs from 0: epoch 0 is stored as 1, epoch 1 as 2, and so on/,
  },
  sameepoch: {
    print: 'for e in (1, 2): pj({"epoch": e, "train_loss": 3 - e}); pj({"epoch": e, "val_loss": e / 2})',
    metrics: '1 train_loss=2; 1 val_loss=0.5; 2 train_loss=1; 2 val_loss=1',
  },
  fracepoch: {
    print: 'for e in (1, 2, 3): pj({"epoch": e * 0.5, "val_loss": 3 - e})',
    metrics: '1 val_loss=2; 2 val_loss=1; 3 val_loss=0',
    said: /epoch 0\.5 is not a whole number: from there on each new value of epoch is stored as the next whole number/,
  },
  step_only: {
    print: 'for e in (1, 2): pj({"step": e * 100, "val_loss": 3 - e})',
    metrics: '1 step=100; 1 val_loss=2; 2 step=200; 2 val_loss=1',
  },
  lateval: {
    print: 'for e in (1, 2): pj({"train_loss": 3 - e})\npj({"val_loss": 0.7})',
    metrics: '1 train_loss=2; 2 train_loss=1; 3 val_loss=0.7',
  },
  decreasing: {
    print: 'pj({"epoch": 5, "val_loss": 1}); pj({"epoch": 3, "val_loss": 2})',
    metrics: '5 val_loss=1; 6 val_loss=2',
    said: /epoch 3 comes after epoch 5: from there on/,
  },
  bigint: {
    print: 'pj({"val_loss": 1, "n": 9007199254740993})',
    metrics: '1 n=9007199254740992; 1 val_loss=1',
    said: /n \(9007199254740993 is stored as 9007199254740992\): metrics are 64-bit floats/,
  },
  bool: { print: 'pj({"val_loss": 1, "ok": True})', metrics: '1 ok=1; 1 val_loss=1' },
  nan_other: {
    print: 'pj({"val_loss": 1, "grad_norm": float("nan")}); pj({"val_loss": 0.5, "grad_norm": 2})',
    metrics: '1 val_loss=1; 2 grad_norm=2; 2 val_loss=0.5',
    said: /grad_norm \(NaN\): stored as missing; the trial goes on/,
  },
  nothing: {
    print: 'pj({"val_loss": None, "a": 1})',
    metrics: '1 a=1',
    // The same name is dropped by the trials with a list and with a percentage: it is said once.
    said: /val_loss \((null|\[ 1, 2, 3 \]|the text "12%")\)[^\n]*: not stored/,
  },
  list: { print: 'pj({"val_loss": [1, 2, 3], "a": 1})', metrics: '1 a=1' },
  percent: { print: `w('{"val_loss": "12%", "a": 1}\\n')`, metrics: '1 a=1' },
  neginf: {
    print: `w('{"val_loss": -Infinity}\\n')`,
    metrics: '',
    error: 'diverged: val_loss is -Infinity at epoch 1',
  },
  dupkeys: {
    print: `w('{"val_loss": 1, "val_loss": 2}\\n')`,
    metrics: '1 val_loss=2',
    said: /val_loss more than once for one epoch: the last value counts/,
  },
  huge_line: {
    print: `w('{"val_loss": 1, "x": "' + 'a' * 5_000_000 + '"}\\n')`,
    metrics: '1 val_loss=1',
    said: /x \(the text "a+…"\)/,
  },
  no_newline: { print: `w('{"val_loss": 1}')`, metrics: '1 val_loss=1' },
  crlf: { print: `w('{"val_loss": 1}\\r\\n{"val_loss": 0.5}\\r\\n')`, metrics: '1 val_loss=1; 2 val_loss=0.5' },
  bom: { print: `raw(b'\\xef\\xbb\\xbf{"val_loss": 1}\\n')`, metrics: '1 val_loss=1' },
  utf16: { print: `raw('{"val_loss": 1}\\n'.encode('utf-16'))`, metrics: '', said: /this line is not UTF-8: / },
  ansi: { print: `w('\\x1b[32m{"val_loss": 1}\\x1b[0m\\n')`, metrics: '1 val_loss=1' },
  prefix: {
    print: `w('INFO: {"val_loss": 1}\\n')`,
    metrics: '',
    said: /this line has text before its JSON object: INFO: /,
  },
  single_quotes: {
    print: `w("{'val_loss': 1}\\n")`,
    metrics: '',
    said: /this line has single quotes, where JSON has double/,
  },
  epoch_str: { print: 'pj({"epoch": "2", "val_loss": 1})', metrics: '2 val_loss=1' },
  epoch_big: {
    print: 'pj({"epoch": 10**12, "val_loss": 1})',
    metrics: '1 val_loss=1',
    said: /epoch 1000000000000 is above 2147483647/,
  },
  never_metric: { print: 'pj({"valloss": 1})', metrics: '1 valloss=1' },
  nan_str: { print: 'pj({"val_loss": "nan", "a": 1})', metrics: '', error: 'diverged: val_loss is NaN at epoch 1' },
  control_name: {
    print: 'pj({"val_loss": 1, "a\\tb": 2, "x" * 150: 3, "y" * 250: 3})',
    metrics: `1 val_loss=1; 1 ${'x'.repeat(150)}=3`,
    said: /a\\tb \(its name has control characters\), y+… \(its name has more than 200 characters\): not stored/,
  },
}

const script = `import json, os, sys
kind = json.loads(os.environ['SWATH_PARAMS'])['kind']
w = lambda text: (sys.stdout.write(text), sys.stdout.flush())
raw = lambda data: sys.stdout.buffer.write(data)
pj = lambda entries: w(json.dumps(entries) + "\\n")
${Object.entries(kinds)
  .map(([kind, { print }]) => `if kind == '${kind}':\n${print.replace(/^/gm, '    ')}\n`)
  .join('')}`

const sweep = (values: readonly string[]) => `name: kinds
command: [python3, p.py]
method: grid
metric: { name: val_loss, goal: minimize }
retries: 0
resources: { cores: 0 }
parameters: { kind: { values: [${values.join(', ')}] } }
`

const stored = `
  select t.params ->> 'kind' as kind, t.state, t.error, (
    select group_concat(text, '; ') from (
      select m.epoch || ' ' || m.name || '=' || format('%!.17g', m.value) as text from metrics m
      where m.trial_id = t.id order by m.epoch, m.name
    )
  ) as metrics from trials t order by t.number`

test('what scripts print that were written for other tools is stored, or said to be left out: never silently wrong', async () => {
  const folder = workFolder({ 'p.py': script, 'kinds.yaml': sweep(Object.keys(kinds)) })
  const { code, stdout, stderr } = await swath(['run', 'kinds.yaml', '--workers', '2'], folder)
  expect(code, stderr).toBe(1)
  expect(await ask(stored, folder)).toEqual(
    Object.entries(kinds).map(([kind, { metrics, error = null }]) => ({
      ...{ kind, state: error === null ? 'completed' : 'failed', error },
      metrics: metrics === '' ? null : metrics.replaceAll(/(=-?\d+)(?=;|$)/g, '$1.0'),
    })),
  )
  for (const { said } of Object.values(kinds)) {
    if (said !== undefined)
      expect(
        stderr.split('\n').filter((line) => said.test(line)),
        said.source,
      ).toHaveLength(1)
  }
  // One note, by each reader.
  const note =
    /^9 of 28 completed trials \(.*\) have not reported val_loss, .*Reported instead: a, .*Did you mean val\.loss\?$/gm
  const printed = [stdout + stderr]
  for (const command of ['show', 'pareto']) printed.push((await swath([command, 'kinds'], folder)).stdout)
  for (const text of printed) {
    expect(text.match(note)).toHaveLength(1)
    expect(text.match(/completed trials? /g)).toHaveLength(1)
  }
}, 300_000)

test('what was said of a sweep is not said again when it goes on', async () => {
  const folder = workFolder({ 'p.py': script, 'kinds.yaml': sweep(['bool', 'list', 'nan_other', 'nan_str']) })
  const first = await swath(['run', 'kinds.yaml'], folder)
  expect(first.stderr).toMatch(/val_loss \(\[ 1, 2, 3 \]\): not stored/)
  const more = ['--set', 'parameters.kind.values=[bool, list, nan_other, nan_str, percent]', '--extend']
  const second = await swath(['run', 'kinds.yaml', ...more], folder)
  expect(second.stderr).toContain('1 trial more')
  expect(second.stderr).toMatch(/kind percent.* completed/)
  expect(second.stderr).not.toContain('not stored')
})

test('a sweep whose completed trials all lack the objective exits with 1, and says what they reported', async () => {
  const folder = workFolder({ 'p.py': script, 'kinds.yaml': sweep(['never_metric']) })
  const { code, stderr } = await swath(['run', 'kinds.yaml'], folder)
  expect(stderr).toContain(
    "The completed trial has not reported val_loss, the sweep's objective, and counts for no point. Reported instead: valloss. Did you mean valloss?",
  )
  expect(code).toBe(1)
  // And again, as long as nothing has changed.
  expect((await swath(['run', 'kinds.yaml'], folder)).code).toBe(1)
})

/** Counts from 0 and logs twice an epoch, as W&B's examples do; goes on from its own file after it has failed. */
const twice = `import json, os, sys
config = json.loads(os.environ['SWATH_PARAMS'])
path = os.path.join(os.environ['SWATH_CHECKPOINT_DIR'], 'epoch')
os.makedirs(os.path.dirname(path), exist_ok=True)
first = int(open(path).read()) if os.path.exists(path) else 0
log = lambda metrics: print(json.dumps(metrics), flush=True)
for step in range(first, 4):
    epoch = step * config['stride']
    log({'epoch': epoch, 'train_loss': step})
    log({'epoch': epoch, 'val_loss': config['a'] * 10 + step})
    open(path, 'w').write(str(step))
    if step == 2 and first == 0 and config['fails']: sys.exit(3)
`

test.each([
  ['from 0', 1],
  ['in fractions', 0.5],
])(
  'epochs %s, two lines each, under a stopping rule and over a failure, are stored once each',
  async (_, stride) => {
    const folder = workFolder({
      'twice.py': twice,
      'twice.yaml': `name: twice
program: twice.py
method: grid
metric: { name: val_loss, goal: minimize }
early_terminate: { type: asha, min_epochs: 1, eta: 2 }
retries: 1
resources: { cores: 0 }
parameters: { a: { values: [1, 2, 3] }, stride: { value: ${stride} }, fails: { value: true } }
`,
    })
    const { code, stderr } = await swath(['run', 'twice.yaml', '--workers', '1'], folder)
    expect(code, stderr).toBe(0)
    const rows = await ask<{ trial_id: number; epoch: number; train: number; val: number; reported: number }>(
      `select a.trial_id, a.epoch, a.value as train, b.value as val, r.reported from metrics a
      join metrics b on b.trial_id = a.trial_id and b.epoch = a.epoch and b.name = 'val_loss'
      join reported_epochs r on r.trial_id = a.trial_id and r.epoch = a.epoch
      where a.name = 'train_loss' order by 1, 2`,
      folder,
    )
    expect(rows.filter(({ trial_id }) => trial_id === 1)).toEqual(
      [0, 1, 2, 3].map((step) => ({
        trial_id: 1,
        epoch: step + 1,
        train: step,
        val: 10 + step,
        reported: step * stride,
      })),
    )
    expect(await ask('select id, state, attempt from trials order by id', folder)).toEqual([
      { id: 1, state: 'completed', attempt: 2 },
      { id: 2, state: 'stopped', attempt: 1 },
      { id: 3, state: 'stopped', attempt: 1 },
    ])
    expect(
      await ask("select value, total, reports from final_metrics where trial_id = 1 and name = 'val_loss'", folder),
    ).toEqual([{ value: 13, total: 46, reports: 4 }])
    expect(await ask('select distinct rung from rungs where trial_id = 1 order by 1', folder)).toEqual([
      { rung: 1 },
      { rung: 2 },
      { rung: 4 },
    ])
  },
  300_000,
)
