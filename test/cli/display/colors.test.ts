import { expect, test } from 'vitest'

import { colorsFor } from '../../../src/cli/display/colors.ts'

const terminal = { isTTY: true } as const
const file = { isTTY: undefined }

test.each([
  ['a terminal', terminal, {}, [], true],
  ['a file', file, {}, [], false],
  ['a file in CI', file, { CI: 'true' }, [], false],
  ['a dumb terminal', terminal, { TERM: 'dumb' }, [], false],
  ['NO_COLOR', terminal, { NO_COLOR: '1' }, [], false],
  ['an empty NO_COLOR', terminal, { NO_COLOR: '' }, [], true],
  ['NO_COLOR and FORCE_COLOR', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, [], false],
  ['--no-color', terminal, {}, ['--no-color'], false],
  ['FORCE_COLOR', file, { FORCE_COLOR: '1' }, [], true],
  ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, [], false],
])('%s', (_, stream, environment, args, isColored) => {
  expect(colorsFor(stream, environment, args).isColorSupported).toBe(isColored)
})
