import { expect, test } from 'vitest'

import { heatmapFigure } from '../../src/figures/heatmap.ts'
import { scored } from './trained-sweep.ts'

const axes = { x: 'depth', y: 'width', value: 'score' }

test('the cells of a heat map stay, whatever is chosen; a mean is of those chosen where there are some', async () => {
  const choose = await scored([0.5, 0.7])
  const { cells } = await heatmapFigure(await choose('depth = 2'), axes)
  expect(cells).toEqual([
    { x: 1, y: 'wide', xs: [1, 1], ys: ['wide', 'wide'], value: 0.5, points: 1, isChosen: false },
    { x: 2, y: 'wide', xs: [2, 2], ys: ['wide', 'wide'], value: 0.7, points: 1, isChosen: true },
  ])
})

test('a cell of many values tells which ones are in it', async () => {
  const choose = await scored(Array.from({ length: 24 }, (_, k) => k))
  const { cells } = await heatmapFigure(await choose('depth <> 3'), axes)
  expect(cells.map(({ xs }) => xs)).toEqual(Array.from({ length: 12 }, (_, k) => [2 * k + 1, 2 * k + 2]))
  expect(cells.slice(0, 3).map(({ value, points, isChosen }) => [value, points, isChosen])).toEqual([
    [0.5, 2, true],
    [3, 1, true],
    [4.5, 2, true],
  ])
})
