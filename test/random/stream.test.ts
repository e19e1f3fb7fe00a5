import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { expect, test } from 'vitest'
import { randomStream, shuffle } from '../../src/random/stream.ts'

const numbers = (seed: number, purpose: string): number[] => {
  const stream = randomStream(seed, purpose)
  return Array.from({ length: 5 }, () => uniformInt(stream, 0, 999))
}

test('a seed and a purpose give the same numbers on every machine', () => {
  expect(numbers(1, 'weights')).toMatchInlineSnapshot(`
    [
      704,
      782,
      697,
      516,
      610,
    ]
  `)
})

test('another seed or purpose gives other numbers', () => {
  const streams = [numbers(1, 'weights'), numbers(2, 'weights'), numbers(1, 'epoch 1'), numbers(1, 'epoch 2')]
  expect(new Set(streams.map(String)).size).toBe(4)
})

test('a shuffle keeps every value and moves most', () => {
  const values = Int32Array.from({ length: 1000 }, (_, i) => i)
  const shuffled = shuffle(values.slice(), randomStream(3, 'test'))
  expect(shuffled.toSorted()).toEqual(values)
  expect(shuffled.filter((value, i) => value === i).length).toBeLessThan(10)
})
