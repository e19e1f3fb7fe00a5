import { expect, test } from 'vitest'

import { areFlawed } from '../../src/setup/node-headers.ts'

test.each([
  ['v20.20.2', false],
  ['v22.19.0', false],
  ['v24.16.0', false],
  ['v24.17.0', true],
  ['v24.21.0', true],
  ['v25.0.0', false],
  [undefined, false],
])('the headers of Node %s make addons that abort: %s', (version, flawed) => {
  expect(areFlawed(version)).toBe(flawed)
})
