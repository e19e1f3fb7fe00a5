import { expect, test } from 'vitest'

import { layOut, layOutMost } from '../../src/run/machine.ts'

const four = [0, 1, 2, 3]

test('each worker owns its cores', () => {
  expect(layOut(1, {}, four).workers).toEqual([[0], [1], [2], [3]])
  expect(layOut(2, {}, four).workers).toEqual([
    [0, 1],
    [2, 3],
  ])
  expect(layOut(1, { cores: 2 }, four).workers).toEqual([[0], [1]])
  expect(layOut(1, { workers: 1 }, four).workers).toEqual([[0]])
})

test('trials that need no core of their own share all, as many at once as one likes', () => {
  expect(layOut(0, {}, four).workers).toEqual([[], [], [], []])
  expect(layOut(0, { workers: 8 }, four).workers).toHaveLength(8)
  expect(layOut(0, { workers: 3, cores: 2 }, four).workers).toEqual([
    [0, 1],
    [0, 1],
    [0, 1],
  ])
})

test('whoever trains any sweep has as many workers as fit, of those that were asked for', () => {
  expect(layOutMost(0, { workers: 8 }, four).workers).toHaveLength(8)
  expect(layOutMost(1, { workers: 8 }, four).workers).toEqual([[0], [1], [2], [3]])
  expect(layOutMost(2, { workers: 8, cores: 3 }, four).workers).toEqual([[0, 1]])
  expect(layOutMost(1, { workers: 2 }, four).workers).toEqual([[0], [1]])
  expect(() => layOutMost(5, { workers: 8 }, four)).toThrow('a trial wants 5 cores, there are 4')
  expect(() => layOutMost(1, { workers: 0 }, four)).toThrow('--workers 0: expected a whole number')
})

test.each([
  [5, {}, 'a trial wants 5 cores, there are 4'],
  [1, { cores: 5 }, '--cores 5: this process may use 4'],
  [2, { workers: 3 }, '4 cores are enough for 2 trials of 2'],
  [1, { workers: 0 }, '--workers 0: expected a whole number'],
  [0, { workers: 1.5 }, '--workers 1.5: expected a whole number'],
])('%i cores a trial with %j is refused', (cores, options, message) => {
  expect(() => layOut(cores, options, four)).toThrow(message)
})
