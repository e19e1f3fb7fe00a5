import { afterEach, expect, test, vi } from 'vitest'

import { printError } from '../../../src/cli/display/error.ts'
import { SwathError } from '../../../src/errors.ts'
import { linesOf } from './recording.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

function printed(error: unknown, debug = false): string {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  printError(error, { debug })
  return linesOf(write.mock.calls.map(([chunk]) => String(chunk)).join('')).join('\n')
}

const error = new SwathError('store', 'cannot write', { hint: 'free some space', cause: new Error('ENOSPC') })

test('a mistake is one message and what to do about it, without a stack', () => {
  expect(printed(error)).toMatch(/^error: cannot write\n\S+ free some space\n$/)
})

test('with --debug come the stack and the cause', () => {
  expect(printed(error, true)).toMatch(/error\.test\.ts[\s\S]*Error: ENOSPC/)
})

test('what nobody expected is a bug, and says how to report it', () => {
  expect(printed(new TypeError('x is undefined'))).toMatch(/^swath has a bug: x is undefined\n.*--debug/)
  expect(printed('a string')).toContain('a string')
})

test('a message cannot clear the screen', () => {
  expect(printed(new SwathError('sql', 'no such column: \u001b[2Jx\nand more'))).toContain(
    'column: \\x1b[2Jx\nand more',
  )
})
