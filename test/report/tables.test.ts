import fc from 'fast-check'
import { expect, test } from 'vitest'

import { csvHeader, csvLines } from '../../src/report/csv.ts'
import { paretoTable, type ParetoTableColumn, type ParetoTableRow } from '../../src/report/pareto-table.ts'
import { columnsOf, textTable } from '../../src/report/text-table.ts'

const plain = (text: string) => text

const columns: ParetoTableColumn[] = [
  { key: 'depth', name: 'depth', kind: 'parameter' },
  { key: 'width', name: 'width', kind: 'parameter' },
  { key: 'parameter_count', name: 'parameter_count', kind: 'companion' },
  { key: 'flops', name: 'flops', kind: 'axis' },
  { key: 'test_accuracy', name: 'test_accuracy', kind: 'axis' },
  { key: 'epoch_seconds', name: 'epoch_seconds', kind: 'companion' },
]

const rows: ParetoTableRow[] = [
  [2, 1, 512, 407_050, 813_056, 0.962],
  [1, 1, 128, 101_770, 203_264, 0.937],
  [3, 2, 512, 669_706, 1_337_344, 0.96],
].map(([trial = 0, depth, width, parameter_count, flops, test_accuracy]) => ({
  ...{ trial, isOnFront: trial < 3, seeds: 1, errors: new Map() },
  cells: new Map(Object.entries({ depth, width, parameter_count, flops, test_accuracy, epoch_seconds: trial / 2 })),
}))

const options = { isRepeated: false, dim: plain, bold: plain, unicode: true }

test('the Pareto table puts the front on top, best first, and marks it', () => {
  expect(paretoTable(rows, columns, { ...options, dim: (text) => `(${text})` })).toMatchInlineSnapshot(`
    "front  trial  depth  width  parameters      FLOPs  test accuracy  s/epoch
    ─────  ─────  ─────  ─────  ──────────  ─────────  ─────────────  ───────
    ★          2      1    512     407,050    813,056        96.20 %     1.00
    ★          1      1    128     101,770    203,264        93.70 %     0.50
    (           3      2    512     669,706  1,337,344        96.00 %     1.50)"
  `)
})

test('a parameter that was drawn is shown as short as people read it, one that was written as it is', () => {
  const drawn = [0.0012345678901234567, 3.3e-7, 0.123456, 1234.56789012345].map((rate, trial) => ({
    ...{ trial, isOnFront: true, seeds: 1, errors: new Map<string, number>() },
    cells: new Map<string, string | number>([
      ['rate', rate],
      ['shape', '[512,256]'],
    ]),
  }))
  const own: ParetoTableColumn[] = ['rate', 'shape'].map((name) => ({ key: name, name, kind: 'parameter' }))
  const table = paretoTable(drawn, own, options)
  expect(table.match(/(?<= )\S+(?= {2}\[512,256\])/g)?.toSorted()).toEqual(['0.0012346', '0.12346', '1234.6', '3.3e-7'])
})

test('a column that no trial has a value in is left out', () => {
  const empty = rows.map((row) => ({
    ...row,
    cells: new Map([...row.cells, ['flops', null], ['parameter_count', null]]),
  }))
  const [header] = paretoTable(empty, columns, options).split('\n')
  expect(header).toBe('front  trial  depth  width  test accuracy  s/epoch')
})

test('a metric that is named like a parameter has a column of its own', () => {
  const both = rows.map((row) => ({ ...row, cells: new Map([...row.cells, ['metric_width', 7]]) }))
  const table = paretoTable(
    both,
    [...columns.slice(0, 2), { key: 'metric_width', name: 'width', kind: 'axis' }],
    options,
  )
  expect(table.split('\n')[0]).toBe('front  trial  depth  width  metric_width')
  expect(table.split('\n')[2]).toMatch(/512 +7$/)
})

test.each([80, 60, 50, 40])('on %i columns the Pareto table leaves columns out and cuts no number', (width) => {
  const table = paretoTable(rows, columns, { ...options, width })
  expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width)
  expect(table.split('\n').slice(2).join('\n')).not.toContain('…')
  expect(table).toContain('1,337,344')
  expect(table).toContain('96.20 %')
  expect(table.includes('Too narrow for')).toBe(width < 80)
})

test('the Pareto table is plain characters where the terminal has no others', () => {
  expect(paretoTable(rows, columns, { ...options, unicode: false })).toMatch(/^[\x20-\x7e\n]+$/)
})

test('a table aligns numbers to the right and shows what is missing', () => {
  const data = [
    { name: 'a', value: 1.5 },
    { name: 'bb', value: null },
  ]
  expect(textTable(columnsOf(['name', 'value'], data), data)).toBe('name  value\n────  ─────\na       1.5\nbb        –')
})

test('a table fits the terminal by cutting its widest cells', () => {
  const data = [{ id: 1, text: 'x'.repeat(200) }]
  const lines = textTable(columnsOf(['id', 'text'], data), data, { width: 40 }).split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40)
  expect(lines[2]).toContain('…')
})

test('a line break in a cell does not break the table', () => {
  const data = [{ error: 'first\n  second' }]
  expect(textTable(columnsOf(['error'], data), data).split('\n')).toHaveLength(3)
})

test('a cell, or a name, cannot move the cursor or clear the screen, and a huge one does not take for ever', () => {
  const name = '\u001b[2Jerror'
  const data = [{ [name]: '\u001b[2Jgone\tand\rhidden' }, { [name]: 'x'.repeat(5_000_000) }]
  const table = textTable(columnsOf([name], data), data, { width: 60 })
  expect(table).toMatch(/^error\n/)
  expect(table).toContain('gone and hidden')
  for (const line of table.split('\n')) expect(line).not.toMatch(/\p{Cc}/u)
})

test('columns that do not fit are left out from the right, and named', () => {
  const data = [{ a: 123_456_789, b: 123_456_789, c: 123_456_789 }]
  expect(textTable(columnsOf(['a', 'b', 'c'], data), data, { width: 24 })).toBe(
    '        a          b\n─────────  ─────────\n123456789  123456789\nToo narrow for c.',
  )
})

test('a table of 100,000 rows has a line for each', () => {
  const data = Array.from({ length: 100_000 }, (_, id) => ({ id, name: `trial ${id}`, value: id / 3, none: null }))
  expect(textTable(columnsOf(['id', 'name', 'value', 'none'], data), data, { width: 80 }).split('\n')).toHaveLength(
    100_002,
  )
})

/** A reader of RFC 4180, to read back what was written. */
function parseCsv(text: string): string[][] {
  const fields = [...text.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n)/g)]
  const lines: string[][] = [[]]
  for (const [, field = '', end] of fields) {
    lines.at(-1)?.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field)
    if (end === '\r\n') lines.push([])
  }
  return lines.slice(0, -1)
}

test('what is written as CSV reads back as it was', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r', ' ') })
  fc.assert(
    fc.property(fc.array(fc.record({ a: texts, b: texts })), (data) => {
      expect(parseCsv(csvHeader(['a', 'b']) + csvLines(['a', 'b'], data))).toEqual([
        ['a', 'b'],
        ...data.map(({ a, b }) => [a, b]),
      ])
    }),
  )
})
