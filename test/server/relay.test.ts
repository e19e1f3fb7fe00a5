import { once } from 'node:events'
import { PassThrough } from 'node:stream'

import { expect, onTestFinished, test, vi } from 'vitest'

import { guardOutput } from '../../src/cli/display/output.ts'
import { relay } from '../../src/server/models/models.ts'

test('what the process that uses models says on stderr moves no cursor and shows no password', async () => {
  let written = ''
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    written += String(chunk)
    return true
  })
  onTestFinished(() => {
    write.mockRestore()
  })
  guardOutput()
  const stderr = new PassThrough()
  relay(stderr)
  for (const part of ['cannot connect to postgres://me:Zx9', 'Zx9@host/db\n\x1b[2J\x1b]52;c;aGk=\x07x\nlast'])
    stderr.write(part)
  stderr.end()
  await once(stderr, 'close')
  expect(written).toBe('cannot connect to postgres://me@host/db\n\\u001b[2J\\u001b]52;c;aGk=\\u0007x\nlast\n')
})
