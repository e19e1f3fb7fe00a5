import { openSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

import { expect, test } from 'vitest'

import { explainError } from '../../src/cli/explain-error.ts'
import { SwathError } from '../../src/errors.ts'

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

test('a mistake of our own is a bug', () => {
  expect(explainError(thrownBy(() => (undefined as unknown as string).length))).toBeUndefined()
  expect(explainError(new Error('unreachable'))).toBeUndefined()
  expect(explainError('a string')).toBeUndefined()
  expect(explainError(thrownBy(() => new Worker(0 as never)))).toBeUndefined()
})

test.each([
  ['of the system', thrownBy(() => openSync('/nowhere/at/all', 'r')), 'ENOENT', 'check that the file'],
  ['of a full disk', systemError('ENOSPC', 'write'), 'ENOSPC', 'make room'],
  ['of a limit on files', systemError('EMFILE', 'open'), 'EMFILE', 'ulimit -n'],
  ['of a limit on processes', systemError('EAGAIN', 'spawn sh'), 'EAGAIN', 'ulimit -u'],
  ['of a code that no list has', systemError('EOWNERDEAD', 'futex'), 'EOWNERDEAD', 'ulimit -a'],
  [
    'of a thread that cannot start',
    Object.assign(new Error('no thread'), { code: 'ERR_WORKER_INIT_FAILED' }),
    'no thread',
    'limits',
  ],
  [
    'of SQLite, of whatever code',
    Object.assign(new Error('odd'), { code: 'SQLITE_MISUSE' }),
    'SQLITE_MISUSE',
    'swath doctor',
  ],
  ['of PostgreSQL, of whatever code', Object.assign(new Error('odd'), { code: '57014' }), '57014', 'swath doctor'],
])('an error %s is no bug, and says what to do', (_, error, message, hint) => {
  expect(explainError(error)).toMatchObject({
    exitCode: 1,
    message: expect.stringContaining(message) as string,
    hint: expect.stringContaining(hint) as string,
  })
})

test('an option without its value is wrong usage', () => {
  const error = Object.assign(new Error('Not enough arguments following: store'), { name: 'YError' })
  expect(explainError(error)).toMatchObject({ exitCode: 2, message: '--store needs a value' })
})

test('invalid JSON in a row is damage, and no bug', () => {
  const error = thrownBy(() => JSON.parse('{bad') as unknown)
  expect(explainError(error)).toMatchObject({ exitCode: 1, hint: expect.stringContaining('swath delete') as string })
})

test('an error for the user stays what it is', () => {
  const error = new SwathError('not-found', 'there is none')
  expect(explainError(error)).toBe(error)
})

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: it cannot be, ${syscall}`), { code, syscall, errno: -1 })
}
