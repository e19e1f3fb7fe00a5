import { readFileSync } from 'node:fs'

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Document, parse } from 'yaml'

import { checkSweepText } from '../../src/sweep/check-text.ts'
import { readSweep } from '../../src/sweep/read.ts'
import { SweepSource } from '../../src/sweep/source.ts'
import { differentReading } from '../../src/sweep/yaml-words.ts'
import { runs } from '../fuzz.ts'

const sweep = (parameters: string, rest = '') =>
  `name: s\ncommand: [python3, p.py]\nmethod: random\n${rest}parameters:\n${parameters}`

function notes(text: string, overrides: string[] = []): readonly string[] {
  return readSweep(new SweepSource('s.yaml', text), overrides).notes
}

test('words that W&B reads as something else are named with their places, grouped', () => {
  const text = sweep(`  augment: { values: [yes, no] }
  amp: { values: [on, off] }
  lr: { values: [1e-4, 1e-3] }
  steps: { value: 10_000 }
  clock: { value: 1:30 }
  octal: { value: 0755 }
  quoted: { values: ["yes", '0755', !!str 010, 0.1, 0, 12] }
`)
  expect(notes(text)).toEqual([
    'yes (5:23), no (5:28), on (6:19), off (6:23), 10_000 (8:19) and 1 more: texts here (YAML 1.2). W&B reads true, false, 10000, 90 (YAML 1.1): write that to get it, or use quotes for text.',
    '0755 (10:19): a decimal number here (YAML 1.2). W&B reads 493 (YAML 1.1, octal): write that to get it, or use quotes for text.',
    '1e-4 (7:18), 1e-3 (7:24): numbers here (YAML 1.2), and text to W&B (YAML 1.1): use quotes for text; 1.0e-4 is a number to both.',
  ])
  expect(checkSweepText(text).notes).toEqual(notes(text))
})

test('so are words of --set', () => {
  expect(notes(sweep('  amp: { value: 1 }\n'), ['amp=[yes, 010]'])).toEqual([
    'yes (--set amp): a text here (YAML 1.2). W&B reads true (YAML 1.1): write that to get it, or use quotes for text.',
    '010 (--set amp): a decimal number here (YAML 1.2). W&B reads 8 (YAML 1.1, octal): write that to get it, or use quotes for text.',
  ])
})

test('words in texts are left alone: names, commands, descriptions', () => {
  const text = sweep('  x: { min: 1, max: 2 }\n', 'description: off\n').replace('p.py', 'p.py, --flag, no, --lr, 1e-4')
  expect(notes(text)).toEqual([])
})

/** As YAML 1.1 has it; PyYAML, which W&B uses, also wants a point and a signed exponent in a float. */
const words = fc.oneof(
  fc.constantFrom(
    'yes',
    'NO',
    'On',
    'off',
    'true',
    'null',
    '~',
    '08',
    '0o17',
    '0x1_F',
    '0b101',
    '1:30',
    '1:30:00.5',
    '.inf',
  ),
  fc.stringMatching(/^[-+]?[0-9][0-9_]{0,5}$/),
  fc.stringMatching(/^[-+]?[0-9]{1,3}(\.[0-9]{0,3})?(e[-+]?[0-9]{1,2})?$/),
  fc.stringMatching(/^[a-z0-9.:_+-]{1,6}$/),
)

test('a word has a note exactly where a reader of YAML 1.1 finds another value', () => {
  fc.assert(
    fc.property(words, (word) => {
      const [now, before] = [parse(word) as unknown, parse(word, { version: '1.1' }) as unknown]
      const reading = differentReading(word)
      if (typeof now === 'object' || typeof before === 'object') return
      // The library's YAML 1.1 takes y, n, and an exponent without a sign; PyYAML takes neither for a value.
      if (/^[yn]$|^[-+]?0b$|^[-+.]*$/i.test(word) || /e/i.test(word)) return
      // PyYAML knows no octal number with an 8 in it, and the library makes a decimal one of it.
      if (/^[-+]?0[0-9_]*[89]/.test(word) || /^[-+]?0o/.test(word)) return
      if (word.includes('_') && !/^[-+]?[0-9]/.test(word)) return
      expect(reading !== undefined, word).toBe(!Object.is(now, before))
      if (reading?.there !== undefined) expect(parse(reading.there), word).toBe(before)
    }),
    runs(500),
  )
})

test.each([
  ['1e-4', 'number'],
  ['1E5', 'number'],
  ['1.5e3', 'number'],
  ['08', 'number'],
  ['0o17', 'number'],
])('%s is a number to YAML 1.2 and text to PyYAML', (word, here) => {
  expect(differentReading(word)).toEqual({ here, there: undefined })
  expect(typeof parse(word)).toBe('number')
})

test.each([
  '1.0e-4',
  '1.5e+3',
  '.5',
  '1.',
  '0',
  '-7',
  'true',
  'null',
  '0x1F',
  'text',
  '1-2',
  '2026-01-01',
  'y',
  '_1',
  '',
])('%s is the same to both', (word) => {
  expect(differentReading(word)).toBeUndefined()
})

test('bounds of log_uniform that look like values are said to be exponents', () => {
  const lr = (distribution: string, min: string, max: string) =>
    notes(sweep(`  lr: { distribution: ${distribution}, min: ${min}, max: ${max} }\n`))
  expect(lr('log_uniform', '0.0001', '0.1')).toEqual([
    'lr: log_uniform takes exponents of e, as in W&B: 0.0001 to 0.1 draws from 1.0001 to 1.1052. log_uniform_values draws from 0.0001 to 0.1.',
  ])
  expect(lr('inv_log_uniform', '0.0001', '0.1')).toHaveLength(1)
  expect(lr('log_uniform', '-9.2', '-2.3')).toEqual([])
  expect(lr('log_uniform', '0.5', '4')).toEqual([])
  expect(lr('log_uniform_values', '0.0001', '0.1')).toEqual([])
})

test.each([
  ['metric: { name: val_accuracy }\n', 'val_accuracy'],
  ['metric: { name: eval/top5.acc }\n', 'eval/top5.acc'],
  ['objectives: [{ name: testAUC }, { name: loss }]\n', 'testAUC'],
  ['objectives: [{ name: f1 }, { name: reward }]\n', 'f1, reward'],
])('a goal that is left out where the metric grows with quality is told: %s', (metric, names) => {
  expect(notes(sweep('  x: { min: 1, max: 2 }\n', metric))).toEqual([
    `${names}: minimized, as no goal is written (W&B’s default). To maximize it write goal: maximize.`,
  ])
})

test.each([
  'metric: { name: val_accuracy, goal: minimize }\n',
  'metric: { name: val_loss }\n',
  'metric: { name: accelerate }\n',
])('and nowhere else: %s', (metric) => {
  expect(notes(sweep('  x: { min: 1, max: 2 }\n', metric))).toEqual([])
})

test('many parameters share one note', () => {
  const many = Array.from({ length: 50 }, (_, k) => `  p${k}: { min: 0, max: 1 }\n`).join('')
  expect(notes(sweep(many))).toEqual([
    'p0, p1, p2, p3, p4 and 45 more: from 0 to 1 are two whole numbers, as W&B reads it; 1.0 makes it all between.',
  ])
})

test('a range to 1e3 is said to be of whole numbers; with a point it is not one, also after --set', () => {
  const [first] = notes(sweep('  x: { min: 1, max: 1e3 }\n'))
  expect(first).toBe('x: a range to 1e3 is of whole numbers; 1000.0 makes it all between.')
  const { content } = readSweep(new SweepSource('s.yaml', sweep('  x: { min: 0, max: 2 }\n')), ['parameters.x.max=1.0'])
  expect(content.parameters.x).toMatchObject({ distribution: 'uniform', max: 1 })
})

test('words of a command are passed on as they are written', () => {
  const text = sweep('  x: { min: 1, max: 2 }\n').replace(
    'p.py',
    'p.py, 1.0, 0755, 1e-4, True, "7", 100000000000000000000',
  )
  const written = ['python3', 'p.py', '1.0', '0755', '1e-4', 'True', '7', '100000000000000000000']
  expect(readSweep(new SweepSource('s.yaml', text)).content.command).toEqual(written)
  expect(readSweep(new SweepSource('s.yaml', text), ['command=[a, 1.0, 010]']).content.command).toEqual([
    'a',
    '1.0',
    '010',
  ])
})

test('the project’s own sweep files need no note', () => {
  for (const file of ['mnist-depth-width', 'mnist-search', 'seed-models', 'batch-size']) {
    const path = `sweeps/${file}.yaml`
    expect(readSweep(new SweepSource(path, readFileSync(path, 'utf8'))).notes, file).toEqual([])
  }
})

test.each([
  [
    'loguniform',
    /write log_uniform_values to draw from min to max on a log scale; in log_uniform min and max are exponents/,
  ],
  ['LogUniform', /write log_uniform_values/],
  ['randint', /write int_uniform/],
  ['quniform', /write q_uniform/],
  ['lognormal', /write log_normal/],
  ['choice', /write categorical/],
  ['unifrom', /did you mean uniform\?/],
])('distribution: %s is refused with the one that is meant', (distribution, message) => {
  expect(() => notes(sweep(`  x: { distribution: ${distribution}, min: 1, max: 2 }\n`))).toThrow(message)
})

const integers = fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n })

test('a whole number is passed on digit by digit, or refused with its place', () => {
  fc.assert(
    fc.property(integers, (integer) => {
      const text = sweep(`  x: { values: [1.5, ${integer}] }\n`)
      try {
        const { content } = readSweep(new SweepSource('s.yaml', text))
        expect(JSON.stringify(content.parameters.x?.values?.[1])).toBe(String(integer))
      } catch (error) {
        expect(String(error)).toMatch(/s\.yaml:5:22: .* would be rounded/)
        expect(Number.isSafeInteger(Number(integer))).toBe(false)
      }
    }),
    runs(300),
  )
})

test.each([
  ['x: { value: 9007199254740993 }', /s\.yaml:5:15: 9007199254740993 would be rounded to another number/],
  ['x: { min: 1, max: 36893488147419103232 }', /s\.yaml:5:21: .*would be rounded/],
  ['x: { value: 0x20000000000001 }', /would be rounded/],
  ['x: { value: 1e-400 }', /s\.yaml:5:15: 1e-400 would be rounded to 0/],
  ['x: { value: -1e400 }', /s\.yaml:5:15: -1e400 is too large for a number/],
])('%s is refused', (parameter, message) => {
  expect(() => notes(sweep(`  ${parameter}\n`))).toThrow(message)
})

test('--set, run_cap, seed and constraints take no whole number that would be rounded either', () => {
  const text = sweep('  x: { min: 1, max: 2 }\n')
  for (const key of ['x', 'seed', 'run_cap', 'parameters.x.max']) {
    expect(() => notes(text, [`${key}=9007199254740993`]), key).toThrow(/--set .*would be rounded/)
  }
  expect(() => notes(`${text}constraints: ['x <= 9007199254740993']\n`)).toThrow(
    /s\.yaml:6:15: .*would be rounded.* at character 6/,
  )
})

test('a text that looks like a number stays one, through YAML and back', () => {
  fc.assert(
    fc.property(words, (word) => {
      const document = new Document({ value: word })
      const parameters = `  x: ${document.toString({ collectionStyle: 'flow' })}`
      expect(readSweep(new SweepSource('s.yaml', sweep(parameters))).content.parameters.x?.value).toBe(word)
    }),
    runs(200),
  )
})
