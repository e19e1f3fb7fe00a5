import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { SwathError } from '../../src/errors.ts'
import { printable } from '../../src/printable.ts'
import { readSweepFile } from '../../src/sweep/read.ts'

const folder = mkdtempSync(join(tmpdir(), 'swath-read-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const good = `name: grid
program: mlp
method: grid
parameters:
  depth: { values: [1, 2] }
  epochs: { value: 1 }
`

function read(text: string, overrides: string[] = []) {
  const path = join(folder, 'sweep.yaml')
  writeFileSync(path, text)
  return readSweepFile(path, overrides)
}

/** The message for a wrong file, without the folder. */
function mistake(text: string, overrides: string[] = []): string {
  try {
    read(text, overrides)
  } catch (error) {
    if (error instanceof SwathError) return error.message.replaceAll(`${folder}/`, '')
    throw error
  }
  throw new Error('the file was accepted')
}

test('a good file is read with its defaults', () => {
  expect(read(good).content).toMatchObject({ name: 'grid', seed: 0, repeat: 1, resources: { cores: 1 } })
})

test('a sweep without a name has that of its file', () => {
  expect(read(good.replace('name: grid\n', '')).content.name).toBe('sweep')
})

test('a mistake is shown where it stands, with its line', () => {
  expect(mistake(good.replace('method: grid', 'method: gird'))).toMatchInlineSnapshot(`
    "sweep.yaml:3:9: method: got the text "gird", expected one of grid, random, sobol, bayes, tpe, nsga2; did you mean grid?
      3 | method: gird
                  ^"
  `)
})

test.each([
  ['value: "a\\0"', 'width.value'],
  ['values: [1, "a\\u0000b"]', 'width.values.1'],
  ['value: [1, "\\x00"]', 'width.value.1'],
  ['cases: [{ a: "\\0" }]', 'width.cases.0.a'],
])('a text with a NUL is no parameter: %s', (key, where) => {
  expect(mistake(good.replace('values: [1, 2]', `value: 1 }\n  width: { ${key}`))).toMatch(
    new RegExp(`^sweep\\.yaml:6:\\d+: parameters\\.${where}: a text with .0 in it cannot be kept`),
  )
})

test('an unknown key is answered with the nearest right one', () => {
  expect(mistake(good.replace('method: grid', 'methud: grid'))).toMatch(
    /sweep\.yaml:3:1: methud: unknown key; did you mean method\?/,
  )
  expect(mistake(good.replace('{ values: [1, 2] }', '{ valeus: [1, 2] }'))).toMatch(
    /sweep\.yaml:5:12: parameters\.depth\.valeus: unknown key; did you mean values\?/,
  )
})

const early = `${good}metric: { name: val_loss }\nearly_terminate: `

const refused: [text: string, message: RegExp][] = [
  ['', /sweep\.yaml: the file is empty/],
  ['# only a comment\n', /the file is empty/],
  ['just text', /sweep\.yaml:1:1: expected a mapping, got the text "just text"/],
  ['- a\n- b\n', /expected a mapping, got a list/],
  ['name: [1\n', /sweep\.yaml:\d+:\d+: /],
  [`${good}name: again\n`, /sweep\.yaml:7:1: this key stands here twice/],
  [
    good.replace('{ values: [1, 2] }', '{ cases: [{ epochs: 2 }, { width: 8 }] }'),
    /:5:30: parameters\.depth\.cases\.0\.epochs: another parameter sets this too/,
  ],
  [
    good.replace('{ values: [1, 2] }', '{ cases: [{ width: 8 }, { width: 8 }] }'),
    /\{"width":8\} stands in the list twice/,
  ],
  [good.replace('grid\nparameters', 'cmaes\nparameters'), /method: got the text "cmaes", expected one of grid, random/],
  [good.replace('grid\nparameters', 'tpe\nparameters'), /method: tpe needs to know what is better/],
  [`${good}early_terminate: { type: asha }\n`, /sweep\.yaml:7:18: early_terminate: by which metric\? Say so: /],
  [`${early}{ type: ashaa }\n`, /:8:26: early_terminate\.type: got the text "ashaa", .* did you mean asha\?/],
  [`${early}{ eta: 3 }\n`, /early_terminate\.type: missing: expected one of asha, hyperband, median, patience, thr/],
  [`${early}asha\n`, /:8:18: early_terminate: expected a mapping, got the text "asha"/],
  [
    `${early}{ type: asha, min_epoch: 2 }\n`,
    /:8:32: early_terminate\.min_epoch: unknown key; did you mean min_epochs\?/,
  ],
  [`${early}{ type: asha, min_epochs: 3, max_epochs: 3 }\n`, /:8:59: .*max_epochs: expected more than min_epochs/],
  [`${early}{ type: asha, eta: 1 }\n`, /early_terminate\.eta: expected at least 1\.1, got 1/],
  [`${early}{ type: hyperband }\n`, /early_terminate\.type: hyperband takes either min_iter, or max_iter and s/],
  [`${early}{ type: hyperband, min_iter: 1, max_iter: 9, s: 2 }\n`, /takes either min_iter, or max_iter and s/],
  [`${early}{ type: hyperband, max_iter: 9 }\n`, /early_terminate\.s: max_iter and s go together/],
  [`${early}{ type: hyperband, max_iter: 2, s: 2 }\n`, /early_terminate\.max_iter: no bracket is left/],
  [`${early}{ type: threshold, epoch: 3 }\n`, /threshold takes `above`, `below`, or both/],
  [`${early}{ type: threshold, above: 1, below: 2 }\n`, /early_terminate\.below: expected less than `above`/],
  [good.replace('[1, 2]', '[]'), /sweep\.yaml:5:20: parameters\.depth\.values: the list is empty/],
  [good.replace('[1, 2]', '[1, 1]'), /sweep\.yaml:5:24: parameters\.depth\.values\.1: 1 stands in the list twice/],
  [good.replace('[1, 2]', '[1, .nan]'), /parameters\.depth\.values\.1: got NaN/],
  [good.replace('{ value: 1 }', '1'), /parameters\.epochs: expected a mapping, got 1: write \{ value: 1 \}/],
  [good.replace('{ value: 1 }', '{ min: 5, max: 2 }'), /epochs\.max: expected a number above min \(5\), got 2/],
  [good.replace('{ value: 1 }', '{ min: 0.1, max: 2 }'), /a grid needs values that can be listed/],
  [good.replace('{ value: 1 }', '{ value: 1, values: [1] }'), /value and values exclude each other/],
  [good.replace('{ value: 1 }', '{}'), /expected `value`, `values`, `cases`, or `min` and `max`/],
  [`${good}seed: -1\n`, /seed: expected at least 0, got -1/],
  [`${good}seed: one\n`, /seed: expected a number, got the text "one"/],
  [`${good}resources: { cores: -1 }\n`, /resources\.cores: expected at least/],
  [good.replace('program: mlp\n', ''), /program: missing: expected a program, or a command/],
  // A stack overflow once.
  [`name: ${'['.repeat(10_000)}`, /sweep\.yaml:1:\d+: this is nested too deep/],
  [`name: ${'{ a: '.repeat(10_000)}`, /this is nested too deep/],
  // The library for schemas takes a list's mistakes as arguments of a call.
  [good.replace('[1, 2]', `[${'{},'.repeat(150_000)}]`), /sweep\.yaml:1:1: there are too many mistakes/],
  // Said nothing of where.
  [good.replace('[1, 2]', '*depths'), /sweep\.yaml:5:20: there is no anchor &depths before this alias/],
  // Came as a list that contains itself, which no message could show.
  [good.replace('{ values: [1, 2] }', '&a [*a]'), /sweep\.yaml:5:14: this alias stands within what it stands for/],
  [good.replace('[1, 2]', '&a [*a]'), /sweep\.yaml:5:24: this alias stands within what it stands for/],
  [
    `${good}a: &a [1, 1]\nb: &b [${'*a, '.repeat(9)}]\nc: &c [${'*b, '.repeat(9)}]\nd: [${'*c, '.repeat(9)}]`,
    /sweep\.yaml:8:8: the aliases from here on make too much of this file/,
  ],
  // A tag was passed over: `!range [1, 5]` was the list of 1 and 5.
  [good.replace('[1, 2]', '!range [1, 5]'), /sweep\.yaml:5:20: Unresolved tag: !range/],
  // Was stringified with a warning of Node's.
  [`${good}[1, 2]: x\n`, /sweep\.yaml:7:1: expected a name as key/],
  [`${good}? { a: b }\n: x\n`, /sweep\.yaml:7:3: expected a name as key/],
  // Was left out without a word.
  [`${good}  __proto__: { values: [1, 2] }\n`, /sweep\.yaml:7:3: expected a name as key/],
  [`${good}1: x\n"1": y\n`, /sweep\.yaml:8:1: this key stands here twice/],
  [`${good}---\n${good}`, /sweep\.yaml:7:1: a second document begins here/],
  // These were one trial each in the store, which told nobody that the other was missing.
  [good.replace('[1, 2]', '[0, -0]'), /parameters\.depth\.values\.1: 0 stands in the list twice/],
  [
    good.replace('{ values: [1, 2] }', '{ cases: [{ a: 1, b: 2 }, { b: 2, a: 1 }] }'),
    /\{"a":1,"b":2\} stands in the list twice/,
  ],
  [good.replace('{ value: 1 }', '{ min: 9007199254740992, max: 9007199254740999 }'), /whole numbers are exact up to/],
  [
    good.replace('{ value: 1 }', '{ min: 1.0e+20, max: 1.0e+21, q: 1, distribution: q_uniform }'),
    /epochs\.q: the step 1 is lost on numbers as large as those/,
  ],
  // Was passed over.
  [good.replace('{ value: 1 }', '{ min: 0, max: 10, q: 5 }'), /epochs\.q: `q` needs `distribution: q_uniform`/],
  [good.replace('{ value: 1 }', '{ value: 1, max: 10 }'), /value and min and max exclude each other/],
  [good.replace('{ value: 1 }', '{ max: 10 }'), /epochs\.max: `max` needs `min`/],
]

test.each(refused.map(([text, message]) => [printable(text, 200), text, message] as const))(
  '%s is refused',
  (_, text, message) => {
    expect(mistake(text)).toMatch(message)
  },
)

test('a range with a point in it is one of real numbers, as W&B reads it', () => {
  expect(mistake(good.replace('{ value: 1 }', '{ min: 0, max: 1.0 }'))).toMatch(
    /a grid needs values that can be listed/,
  )
  expect(read(good.replace('{ value: 1 }', '{ min: 0, max: 1 }')).content.parameters.epochs).toEqual({ min: 0, max: 1 })
})

test('a missing file is named', () => {
  expect(() => readSweepFile(join(folder, 'none.yaml'))).toThrow(/there is no sweep file .*none\.yaml/)
})

test('--set replaces keys and, by their bare name, parameters', () => {
  const overrides = ['epochs=5', 'seed=7', 'parameters.depth.values=[3]', 'width=[64, 128]']
  expect(read(good, overrides).content).toMatchObject({
    seed: 7,
    parameters: { epochs: { value: 5 }, depth: { values: [3] }, width: { values: [64, 128] } },
  })
})

test.each([
  // As W&B's documentation has it.
  ['{ type: hyperband, min_iter: 3 }', { min_iter: 3, eta: 3, strict: true }],
  ['{ type: hyperband, s: 2, eta: 3, max_iter: 27 }', { max_iter: 27, s: 2 }],
  ['{ type: asha }', { min_epochs: 1, eta: 3 }],
  ['{ type: median }', { grace_epochs: 1, min_trials: 5 }],
  ['{ type: patience, epochs: 3 }', { epochs: 3, min_delta: 0 }],
  ['{ type: threshold, above: 3 }', { epoch: 1, above: 3 }],
])('early_terminate: %s is read with its defaults', (text, expected) => {
  expect(read(`${early}${text}\n`).content.early_terminate).toMatchObject(expected)
})

test('a threshold on a metric of its own needs no other', () => {
  expect(read(`${good}early_terminate: { type: threshold, metric: train_loss, above: 3 }\n`)).toBeDefined()
})

test('a mistake in --set is said to be there', () => {
  expect(mistake(good, ['width=[]'])).toMatch(/\(--set\) parameters\.width\.values: the list is empty/)
  expect(mistake(good, ['epochs'])).toMatch(/--set epochs: expected key=value/)
})

test('--set dataset.limit works on a data set that is named in short, too', () => {
  const { content } = read(`dataset: mnist\n${good}`, ['dataset.limit=100'])
  expect(content.dataset).toEqual({ name: 'mnist', limit: 100 })
})

test('a list of as many values as a sweep may have trials is read', () => {
  // Each value was compared with each one before it.
  const values = Array.from({ length: 100_000 }, (_, k) => k)
  expect(read(good.replace('[1, 2]', JSON.stringify(values))).content.parameters.depth?.values).toHaveLength(100_000)
})

test('a line of any length, with anything in it, is shown on a line that moves no cursor', () => {
  const message = mistake(`${good}name2: "${'x'.repeat(50_000)}\t\u202e" # \u001b[2J\n`)
  expect(message.split('\n')).toHaveLength(3)
  expect(message.length).toBeLessThan(600)
  expect(mistake(good.replace('grid\n', `"a\\e[2J${'b'.repeat(5_000)}"\n`))).toMatch(/^sweep\.yaml:1:7: name: /)
  expect(mistake(good.replace('mlp', '"\\e[2J"').replace('method: grid', 'method: "\\e[2J"'))).toMatch(
    /method: got the text "\\x1b\[2J", expected/,
  )
})

test('a caret stands under its mistake behind letters that are two columns wide', () => {
  expect(mistake(good.replace('[1, 2]', '[数, 数]'))).toMatch(/\n {2}5 \| {3}depth: \{ values: \[数, 数\] \}\n {30}\^/)
})

test('a file that is no UTF-8 is refused, at the byte that is none', () => {
  const path = join(folder, 'sweep.yaml')
  const of = (bytes: Buffer) => {
    writeFileSync(path, bytes)
    return () => readSweepFile(path)
  }
  // Its é would have become U+FFFD.
  expect(of(Buffer.from(`${good}description: caf\u00e9\n`, 'latin1'))).toThrow(/:7:17: the byte 0xe9 is not UTF-8/)
  // As PowerShell writes it.
  expect(of(Buffer.from(`\ufeff${good}`, 'utf16le'))).toThrow('it is in UTF-16: save it as UTF-8')
  expect(of(Buffer.from(`\ufeff${good}`))().content.name).toBe('grid')
  expect(of(Buffer.from(`\ufeff${good.replace('name', 'nmae')}`))).toThrow(/:1:1: nmae: unknown key/)
})

test('of a file that has no end only the beginning is read', () => {
  expect(() => readSweepFile('/dev/zero')).toThrow('/dev/zero: it is longer than 1 MB')
})

test('--set is taken for a parameter where its name means something to JavaScript', () => {
  // `in` found them on every object: they were keys of the file, and unknown ones.
  const { parameters } = read(good, ['toString=5', 'constructor=[1, 2]']).content
  expect(Object.keys(parameters)).toEqual(['depth', 'epochs', 'toString', 'constructor'])
})

const refusedSets: [override: string, message: RegExp][] = [
  // Made a list of a hundred million, which took minutes to read.
  ['parameters.depth.values.99999999=1', /sweep\.yaml:5:20: .*there is no 99999999 in this list/],
  ['depth=[[[[[', /--set depth=\[/],
  [`depth=${'['.repeat(10_000)}`, /this is nested too deep/],
  ['depth={ a: 1, a: 2 }', /this key stands here twice/],
  ['depth=*a', /there is no anchor &a/],
  ['__proto__=1', /expected another name than __proto__/],
  ['a.b.c.d.e.f.g.h.i=1', /at most 8 parts/],
  ['name.x=1', /sweep\.yaml:1:7: name: --set name\.x/],
]

test.each(refusedSets.map(([override, message]) => [printable(override, 40), override, message] as const))(
  '--set %s is refused',
  (_, override, message) => {
    expect(mistake(good, [override])).toMatch(message)
  },
)
