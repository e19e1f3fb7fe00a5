import { expect, test } from 'vitest'

import { Tracebacks } from '../../src/run/tracebacks.ts'

function recorded() {
  const notes: string[] = []
  const tracebacks = new Tracebacks({ note: (text) => notes.push(text) })
  const print = (trialId: number, ...lines: string[]) => {
    for (const line of lines) tracebacks.log(trialId, `${line}\n`)
  }
  return { notes, tracebacks, print }
}

const python = (file: string, error: string) => [
  'Traceback (most recent call last):',
  `  File "${file}", line 3, in <module>`,
  '    main()',
  error,
]

test('a Python traceback that comes again is counted, though paths and numbers differ, and what is printed between stays', () => {
  const { notes, tracebacks, print } = recorded()
  print(1, ...python('/a/train.py', 'ValueError: bad width 64'), 'goodbye')
  print(2, ...python('/b/2/train.py', 'ValueError: bad width 128'), 'goodbye')
  print(3, ...python('/a/train.py', 'KeyError: 7'))
  print(3, ...python('/a/train.py', 'ValueError: bad width 64'))
  print(1, ...python('/a/train.py', 'ValueError: bad width 64'))
  expect(notes).toEqual([
    ...python('/a/train.py', 'ValueError: bad width 64').map((line) => `trial 1: ${line}`),
    'trial 1: goodbye',
    'trial 2: goodbye',
    ...python('/a/train.py', 'KeyError: 7').map((line) => `trial 3: ${line}`),
  ])
  notes.length = 0
  tracebacks.settled()
  expect(notes).toEqual(['… and 2 more trials failed the same way as trial 1: ValueError: bad width 64'])
})

test('lines of two trials that print at the same time are not mixed up', () => {
  const { notes, print } = recorded()
  const [first, second] = [python('/a', 'E: one'), python('/a', 'E: two')]
  for (const k of first.keys()) {
    print(1, first[k] ?? '')
    print(2, second[k] ?? '')
  }
  expect(notes).toEqual([...first.map((line) => `trial 1: ${line}`), ...second.map((line) => `trial 2: ${line}`)])
})

test('a traceback that a trial does not print to its end is shown when it ends', () => {
  const { notes, tracebacks, print } = recorded()
  const [first = '', second = ''] = python('/a', 'E: x')
  print(1, first, second)
  expect(notes).toEqual([])
  tracebacks.ended(1)
  expect(notes).toEqual([`trial 1: ${first}`, `trial 1: ${second}`])
})

test('the stack of a module that prints its error is shown once', () => {
  const { notes, tracebacks } = recorded()
  const stack = (line: number) => `Error: no data\n    at load (/x/own.mjs:${line}:9)\n    at train (/x/own.mjs:9:9)`
  tracebacks.log(1, `${stack(3)}\n`)
  tracebacks.log(2, `${stack(4)}\n`)
  tracebacks.settled()
  expect(notes).toEqual([`trial 1: ${stack(3)}`, '… and 1 more trial failed the same way as trial 1: Error: no data'])
})
