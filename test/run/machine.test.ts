import { expect, test } from 'vitest'

import { layOut } from '../../src/run/machine.ts'

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

test.each([
  [5, {}, 'a trial wants 5 cores, there are 4'],
  [1, { cores: 5 }, '--cores 5: this process may use 4'],
  [2, { workers: 3 }, '4 cores are enough for 2 trials of 2'],
  [1, { workers: 0 }, '--workers 0: expected a whole number'],
  [0, { workers: 1.5 }, '--workers 1.5: expected a whole number'],
])('%i cores a trial with %j is refused', (cores, options, message) => {
  expect(() => layOut(cores, options, four)).toThrow(message)
})
