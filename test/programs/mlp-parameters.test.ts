import { expect, test } from 'vitest'
import { mlpParameters } from '../../src/programs/mlp-parameters.ts'
import type { Parameters } from '../../src/programs/program.ts'

test('what is left out is as in the study', () => {
  expect(mlpParameters({})).toEqual({
    hidden: [512],
    activation: 'relu',
    optimizer: 'adam',
    precision: 'float32',
    learning_rate: 1e-3,
    batch_size: 64,
    epochs: 2,
    init: 'fan_in',
    dropout: 0,
  })
})

test('depth and width, or the width of each layer', () => {
  expect(mlpParameters({ depth: 3, width: 128 }).hidden).toEqual([128, 128, 128])
  expect(mlpParameters({ hidden: [512, 256, 120, 84] }).hidden).toEqual([512, 256, 120, 84])
})

const wrong: [Parameters, string][] = [
  [{ depth: 0 }, 'depth: expected a whole number from 1 to 64, got 0'],
  [{ width: -1 }, 'width: expected a whole number from 1 to 65536, got -1'],
  [{ width: 1.5 }, 'width: expected a whole number from 1 to 65536, got 1.5'],
  [{ width: NaN }, 'width: expected a whole number from 1 to 65536, got NaN'],
  [{ width: 'wide' }, 'width: expected a whole number from 1 to 65536, got "wide"'],
  [{ hidden: [] }, 'hidden: expected a list of 1 to 64 items, got []'],
  [{ hidden: [8, 0] }, 'hidden[1]: expected a whole number from 1 to 65536, got 0'],
  [{ hidden: [8], depth: 1 }, 'hidden: expected either hidden or depth and width, got both'],
  [{ learning_rate: 0 }, 'learning_rate: expected a number above 0, got 0'],
  [{ dropout: 1 }, 'dropout: expected a number from 0 to below 1, got 1'],
  [{ optimizer: 'adamax' }, 'optimizer: expected one of adam, adamw, sgd, momentum, got "adamax"'],
  [{ weight_decay: 0.1 }, 'weight_decay: only optimizer adamw has it, got optimizer adam'],
  [{ momentum: 0.5 }, 'momentum: only optimizer momentum has it, got optimizer adam'],
  [{ optimizer: 'adamw', weight_decay: -1 }, 'weight_decay: expected a number from 0, got -1'],
  [{ batchsize: 64 }, 'batchsize: there is no such parameter; did you mean batch_size?'],
]

test.each(wrong)('%j is refused by name', (params, message) => {
  expect(() => mlpParameters(params)).toThrow(message)
})
