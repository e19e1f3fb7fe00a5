import fc from 'fast-check'
import { expect, test } from 'vitest'

import { failureHeadline, failureSignature, type FailureText } from '../../src/run/failure-signature.ts'

const threw = (error: string): FailureText => ({
  error,
  stack: `Error: ${error}\n    at train`,
  exit_code: null,
  signal: null,
})
const command = (stack: string, exit_code = 1): FailureText => ({
  ...{ error: `train.py ended with exit code ${exit_code}`, stack, exit_code, signal: null },
})

test('failures that differ in numbers, paths and values of their own parameters are the same', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.stringMatching(/^[a-z][a-z.+*()[\]{}|\\^$-]{0,10}[a-z]$/),
      (lr, width, optimizer) => {
        const error = (lr: number, width: number, optimizer: string) =>
          threw(`no optimizer ${optimizer} for (${width}, 10) at lr=${lr} in /tmp/x-${width}/data.bin`)
        const params = { lr, width, optimizer }
        expect(failureSignature(error(lr, width, optimizer), params)).toBe(
          failureSignature(error(0.5, 64, 'adam'), { lr: 0.5, width: 64, optimizer: 'adam' }),
        )
      },
    ),
  )
})

test('another message, exit code or signal is another failure', () => {
  const failures = [
    threw('no such column: a'),
    threw('cannot open the file'),
    command('ValueError: a', 1),
    command('ValueError: a', 2),
    command('KeyError: a', 1),
    { ...command('ValueError: a'), exit_code: null, signal: 'SIGSEGV' },
  ]
  expect(new Set(failures.map((failure) => failureSignature(failure, {}))).size).toBe(failures.length)
})

test('of a command the line that names the error counts, whatever follows it', () => {
  const stderr = (after: string) =>
    `Traceback (most recent call last):\n  File "a.py"\nModuleNotFoundError: No module named 'x'\n${after}`
  expect(failureHeadline(command(stderr('')))).toBe(
    "train.py ended with exit code 1: ModuleNotFoundError: No module named 'x'",
  )
  expect(failureSignature(command(stderr('bye at 12:30')), {})).toBe(failureSignature(command(stderr('')), {}))
  expect(failureHeadline(command('out of luck'))).toBe('train.py ended with exit code 1: out of luck')
  expect(failureHeadline(command(''))).toBe('train.py ended with exit code 1')
})
