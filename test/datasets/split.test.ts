import { expect, test } from 'vitest'
import { epochOrder, splitDataset } from '../../src/datasets/split.ts'
import type { DatasetFiles } from '../../src/programs/program.ts'

const files: DatasetFiles = {
  ...{
    name: 'test',
    imagesPath: '',
    labelsPath: '',
    train: 600,
    test: 50,
    testStart: 1000,
    source: { height: 2, width: 2 },
    height: 2,
    width: 2,
    channels: 1,
    classes: 2,
    classNames: ['0', '1'],
  },
}

test('a tenth of the training examples is for validation, none is lost, and the test set is apart', () => {
  const { train, validation, test: tested } = splitDataset(files)
  expect([train.length, validation.length, tested.length]).toEqual([540, 60, 50])
  expect(Int32Array.from([...train, ...validation]).sort()).toEqual(Int32Array.from({ length: 600 }, (_, i) => i))
  expect(tested[0]).toBe(1000)
})

test('the split is at random and the same always', () => {
  expect(splitDataset(files)).toEqual(splitDataset(files))
  expect(Math.min(...splitDataset(files).validation)).toBeLessThan(100)
})

test('each epoch and each seed has its order', () => {
  const { train } = splitDataset(files)
  expect(epochOrder(train, 1, 1)).toEqual(epochOrder(train, 1, 1))
  expect(epochOrder(train, 1, 1)).not.toEqual(epochOrder(train, 1, 2))
  expect(epochOrder(train, 1, 1)).not.toEqual(epochOrder(train, 2, 1))
  expect(epochOrder(train, 1, 1).toSorted()).toEqual(train.toSorted())
})
