import { expect, test } from 'vitest'

import { withoutSecrets } from '../../src/cli/hide-secrets.ts'

test.each([
  ['postgres://me:Zx9Zx9@host/lab', 'postgres://me@host/lab'],
  ['me:Zx9Zx9@host/lab', 'me…'],
  ['--token=Zx9Zx9', '--token=…'],
  ['-store=postgres://me:Zx9$&Zx9@host/lab', '-store=postgres://me@host/lab'],
])('a message on the use of a command that quotes %s has no password', (arg, shown) => {
  expect(withoutSecrets(`Unknown argument: ${arg}`, ['node', 'swath', 'list', arg])).toBe(`Unknown argument: ${shown}`)
})
