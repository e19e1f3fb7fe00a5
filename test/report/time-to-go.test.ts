import { expect, test } from 'vitest'

import { timeToGo } from '../../src/report/time-to-go.ts'

const nothing = { doneWork: 0, doneSeconds: 0, running: [], waiting: [], workers: 1 }

test('nobody knows before anything was done', () => {
  expect(timeToGo({ ...nothing, waiting: [1, 1] })).toBeUndefined()
  expect(timeToGo({ ...nothing, running: [{ work: 1, fraction: 0.5, seconds: 0.2 }], waiting: [1] })).toBeUndefined()
})

test('work that is left takes as long as work that is done', () => {
  expect(timeToGo({ ...nothing, doneWork: 10, doneSeconds: 20, waiting: [5, 5] })).toBe(20)
})

test('a trial under way counts with what is left of it', () => {
  expect(timeToGo({ ...nothing, running: [{ work: 10, fraction: 0.25, seconds: 5 }] })).toBe(15)
})

test('workers share what waits, and the last one to end counts', () => {
  const done = { doneWork: 1, doneSeconds: 1 }
  expect(timeToGo({ ...nothing, ...done, waiting: [4, 3, 3], workers: 2 })).toBe(6)
  expect(timeToGo({ ...nothing, ...done, waiting: [10], workers: 8 })).toBe(10)
})

test('a run with nothing left has no time to go', () => {
  expect(timeToGo({ ...nothing, doneWork: 10, doneSeconds: 20 })).toBe(0)
})
