import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'

import { SwathError } from '../../src/errors.ts'
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
    "sweep.yaml:3:9: method: got the text "gird", expected one of grid, random, sobol, bayes, tpe, nsga2, cmaes; did you mean grid?
      3 | method: gird
                  ^"
  `)
})

test('an unknown key is answered with the nearest right one', () => {
  expect(mistake(good.replace('method: grid', 'methud: grid'))).toMatch(
    /sweep\.yaml:3:1: methud: unknown key; did you mean method\?/,
  )
  expect(mistake(good.replace('{ values: [1, 2] }', '{ valeus: [1, 2] }'))).toMatch(
    /sweep\.yaml:5:12: parameters\.depth\.valeus: unknown key; did you mean values\?/,
  )
})

test.each([
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
  [good.replace('grid\nparameters', 'tpe\nparameters'), /method: tpe is not there yet/],
  [`${good}early_terminate: { type: hyperband }\n`, /early_terminate: not there yet/],
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
])('%j is refused', (text, message) => {
  expect(mistake(text)).toMatch(message)
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

test('a mistake in --set is said to be there', () => {
  expect(mistake(good, ['width=[]'])).toMatch(/\(--set\) parameters\.width\.values: the list is empty/)
  expect(mistake(good, ['epochs'])).toMatch(/--set epochs: expected key=value/)
})

test('whatever is done to a file, it is read or refused with a message', () => {
  const mutations = fc.record({
    start: fc.nat(good.length),
    length: fc.nat(20),
    text: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(': ', '- ', '{', '[', '&a', '*a', '\t', '!!'),
    ),
  })
  fc.assert(
    fc.property(fc.array(mutations, { minLength: 1, maxLength: 4 }), (changes) => {
      const text = changes.reduce(
        (whole, { start, length, text: inserted }) => whole.slice(0, start) + inserted + whole.slice(start + length),
        good,
      )
      try {
        read(text)
      } catch (error) {
        expect(error).toBeInstanceOf(SwathError)
        expect((error as SwathError).message).not.toBe('')
      }
    }),
    { numRuns: 300 },
  )
})

test('--set dataset.limit works on a data set that is named in short, too', () => {
  const { content } = read(`dataset: mnist\n${good}`, ['dataset.limit=100'])
  expect(content.dataset).toEqual({ name: 'mnist', limit: 100 })
})
