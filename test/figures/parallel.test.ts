import { expect, test } from 'vitest'

import { parallelFigure } from '../../src/figures/parallel.ts'
import { parallelScales } from '../../src/plots/parallel-scales.ts'
import { scored } from './trained-sweep.ts'

const options = { axes: ['depth', 'width', 'score'], goal: 'maximize', most: 3 } as const

test('parallel coordinates have the chosen trials first, the best ones, and axes that stay as they are', async () => {
  const choose = await scored([0.5, 0.7, 0.9, 0.1, 0.3])
  const figure = await parallelFigure(await choose(`depth <> 3 and cast("width" as text) in ('wide')`), options)
  expect(figure.axes).toEqual([
    { name: 'depth', isNumber: true, extent: [1, 5] },
    { name: 'width', isNumber: false, extent: ['wide'] },
    { name: 'score', isNumber: true, extent: [0.1, 0.9] },
  ])
  expect(figure.points).toBe(4)
  expect(figure.lines.map(({ values, isChosen }) => [...values, isChosen])).toEqual([
    [2, 'wide', 0.7, true],
    [1, 'wide', 0.5, true],
    [5, 'wide', 0.3, true],
  ])
  const one = await parallelFigure(await choose('depth = 4'), options)
  expect(one.axes).toEqual(figure.axes)
  expect(one.lines.map(({ values, isChosen }) => [values[0], isChosen])).toEqual([
    [4, true],
    [3, false],
    [2, false],
  ])
})

test('what lies between two places of an axis is found at them again', () => {
  const axes = [
    { name: 'rate', isNumber: true, extent: [0.001, 0.1] },
    { name: 'kind', isNumber: false, extent: ['a', 'b', 'c'] },
  ]
  const [rate, kind] = parallelScales({ axes, lines: [], points: 0 })
  // Its ends are the values themselves, to the last bit.
  expect(rate?.rangeIn([-0.1, 1.1])).toEqual([0.001, 0.1])
  expect(rate?.rangeIn([0.5, 1])[0]).toBeCloseTo(0.01, 12)
  expect(rate?.spanOf([0.01, 5])?.[0]).toBeCloseTo(0.5, 12)
  expect(rate?.spanOf([0, 5])).toEqual([0, 1])
  expect(kind?.rangeIn([0.3, 0.4])).toEqual(['b'])
  expect(kind?.rangeIn([0.6, 1])).toEqual(['b', 'c'])
  expect(kind?.spanOf(['b', 'c', 'gone'])).toEqual([0.5, 1])
  expect(kind?.spanOf([1, 2])).toBeUndefined()
})
