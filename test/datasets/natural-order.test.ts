import { expect, test } from 'vitest'
import { naturalOrder } from '../../src/datasets/natural-order.ts'

test.each([
  [
    ['10', '2', '0'],
    ['0', '2', '10'],
  ],
  [
    ['class 10', 'class 9', 'class'],
    ['class', 'class 9', 'class 10'],
  ],
  [
    ['b', 'B', 'a', '1'],
    ['1', 'B', 'a', 'b'],
  ],
  [
    ['7', '007', '07', 'a1b10', 'a1b9'],
    ['007', '07', '7', 'a1b9', 'a1b10'],
  ],
])('%j is in the order %j', (names, sorted) => {
  expect(names.toSorted(naturalOrder)).toEqual(sorted)
  expect(names.toReversed().sort(naturalOrder)).toEqual(sorted)
})
