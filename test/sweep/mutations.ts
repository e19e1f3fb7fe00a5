import { readdirSync, readFileSync } from 'node:fs'

import fc from 'fast-check'
import { parse, stringify } from 'yaml'

import { place } from '../fuzz.ts'

const withAnchors = `program: mlp
method: grid
description: >-
  folded text, with
  anchors below
parameters:
  depth: &shape { values: &few [1, 2] }
  width: *shape
  "epochs": { values: *few }
`

/** A part of a file, as the docs show it, with what it leaves out. */
function completed(text: string): string {
  const required = [
    ['program', 'mlp'],
    ['method', 'grid'],
    ['parameters', '{ lr: { values: [0.1, 0.2] } }'],
  ]
  const missing = required.filter(([key]) => !new RegExp(`^${key}:`, 'm').test(text))
  return missing.map(([key, value]) => `${key}: ${value}\n`).join('') + text
}

/** Every sweep file that swath comes with or shows in its docs, and one of YAML's rarer ways to write it. */
export const validFiles: readonly string[] = [
  withAnchors,
  ...readdirSync('sweeps')
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => readFileSync(`sweeps/${file}`, 'utf8')),
  ...['README.md', 'docs/sweep-file.md', 'docs/stopping.md'].flatMap((doc) =>
    [...readFileSync(doc, 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => completed(text)),
  ),
]

/** What has broken readers of YAML. */
const nasty = fc.oneof(
  fc.constantFrom(
    ': ',
    '- ',
    '? ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '&a ',
    '*a',
    '*b',
    '!!',
    '!!binary ',
    '!x ',
    '%YAML 1.1\n---\n',
  ),
  fc.constantFrom(
    '\t',
    '\r\n',
    '\r',
    '\n',
    '\0',
    '\ufeff',
    '\u2028',
    '\u202e',
    '\x1b[2J',
    '---\n',
    '...\n',
    '"',
    "'",
    '|\n',
    '>-\n',
  ),
  fc.constantFrom(
    '1e999',
    '-1e999',
    '.nan',
    '.inf',
    '1e15',
    '9007199254740993',
    '0x7fffffffffffffffffff',
    '-0',
    '5e-324',
  ),
  fc.constantFrom(
    '<<: *a\n',
    '__proto__: 1\n',
    'constructor',
    'toString: {}\n',
    'null',
    '~',
    'true',
    '2026-01-01',
    '1:30',
    '0o17',
  ),
  fc.constantFrom(
    '[1, 2]: x\n',
    '&a [*a]',
    '#',
    'repeat: 1e15\n',
    'run_cap: 3\n',
    'max_trials: 1e15\n',
    '{ min: 0, max: 1e300 }',
  ),
  fc.constantFrom(
    '{ min: -1e308, max: 1e308, distribution: q_uniform, q: 5e-324 }',
    '{ min: 0, max: 9007199254740991 }',
  ),
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
  fc
    .tuple(fc.constantFrom('[', '{a: ', '- ', '? ', ' ', 'x', '*a, ', '"\\x00', '[1],'), fc.nat(3_000))
    .map(([text, times]) => text.repeat(times)),
)

const laughs = [
  'a: &a [1, 1, 1]',
  ...'bcdefghij'.split('').map((name, k) => {
    const before = 'abcdefghi'[k] ?? ''
    return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`
  }),
].join('\n')

type Edit = (text: string) => string

const at = (share: number, length: number) => Math.min(Math.floor(share * length), length - 1)

/** Changes of characters and lines. */
const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, fc.nat(20), fc.option(nasty)).map(([share, length, inserted]): Edit => (text) => {
    const start = at(share, text.length + 1)
    return text.slice(0, start) + (inserted ?? '') + text.slice(start + (inserted === null ? length : length % 3))
  }),
  fc
    .tuple(place, place, fc.constantFrom('delete', 'repeat', 'swap', 'move', 'indent', 'replace'), nasty)
    .map(([one, other, kind, text]): Edit => (whole) => {
      const lines = whole.split('\n')
      const [a, b] = [at(one, lines.length), at(other, lines.length)]
      const [first = '', second = ''] = [lines[a], lines[b]]
      if (kind === 'delete') lines.splice(a, 1)
      if (kind === 'repeat') lines.splice(b, 0, first)
      if (kind === 'swap') [lines[a], lines[b]] = [second, first]
      if (kind === 'indent') lines[a] = `${' '.repeat(1 + (b % 3))}${first}`
      if (kind === 'move') lines.splice(b, 0, ...lines.splice(a, 1))
      if (kind === 'replace') lines[a] = first.replace(/(:\s*).*/s, (_, colon: string) => colon + text)
      return lines.join('\n')
    }),
  fc.constantFrom<Edit>(
    (text) => text.replaceAll('\n', '\r\n'),
    (text) => `\ufeff${text}`,
    (text) => text.replaceAll('  ', '\t'),
    (text) => `${text}\n${laughs}\n`,
    (text) => text + text,
    (text) => text.replaceAll(/\n\s+/g, ' '),
    (text) => `${text}# ${'x'.repeat(100_000)}\n`,
    (text) => text.slice(0, text.length / 2),
  ),
)

export const textMutations: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...validFiles), fc.array(edits, { minLength: 1, maxLength: 4 }))
  .map(([text, changes]) => changes.reduce((whole, change) => change(whole), text))

const anyNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, 1e15, 2 ** 53, 2 ** 53 - 1, 1e300, -1e300, 5e-324, 0.1, 1e-300, Infinity, NaN),
)
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  anyNumber,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom('grid', 'mlp', 'mnist', '', 'x'.repeat(10_000), null, [], {}, true, 'constructor', '__proto__'),
  fc.array(anyNumber, { maxLength: 5 }).map((values) => ({ values })),
  fc.record(
    { min: anyNumber, max: anyNumber, q: anyNumber, distribution: fc.constant('q_uniform') },
    { requiredKeys: ['min', 'max'] },
  ),
  fc
    .array(fc.dictionary(fc.constantFrom('depth', 'width', 'constructor', 'a.b', ''), anyNumber), { maxLength: 3 })
    .map((cases) => ({ cases })),
)

const known = [
  'name',
  'program',
  'method',
  'metric',
  'parameters',
  'values',
  'value',
  'cases',
  'min',
  'max',
  'q',
  'repeat',
  'seed',
]
const anyKey = fc.oneof(
  fc.constantFrom(...known, 'run_cap', 'max_trials', 'dataset', 'resources', 'cores', '__proto__', 'toString', ''),
  fc.string({ unit: 'binary', maxLength: 5 }),
)

/** A place in the tree, a value for it, and a key to rename it to. */
const treeEdits = fc.record({
  steps: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
  kind: fc.constantFrom('replace', 'drop', 'rename', 'add'),
  key: anyKey,
  value: anyValue,
})

/** Values, keys and lists of the file's tree changed; it stays YAML. */
export const treeMutations: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...validFiles), fc.array(treeEdits, { minLength: 1, maxLength: 3 }))
  .map(([text, changes]) => {
    let tree = parse(text) as unknown
    for (const { steps, ...change } of changes) tree = edited(tree, steps, change)
    return stringify(tree)
  })

function edited(
  tree: unknown,
  [step = 0, ...rest]: readonly number[],
  change: { readonly kind: string; readonly key: string; readonly value: unknown },
): unknown {
  if (typeof tree !== 'object' || tree === null) return change.value
  const entries: [string, unknown][] = Object.entries(tree)
  const k = entries.length === 0 ? 0 : step % entries.length
  const [key = '', child] = entries[k] ?? []
  if (rest.length > 0 && typeof child === 'object') entries[k] = [key, edited(child, rest, change)]
  else if (change.kind === 'replace') entries[k] = [key, change.value]
  else if (change.kind === 'drop') entries.splice(k, 1)
  else if (change.kind === 'rename') entries[k] = [change.key, child]
  else entries.push([change.key, change.value])
  return Array.isArray(tree) ? entries.map(([, value]): unknown => value) : Object.fromEntries(entries)
}
