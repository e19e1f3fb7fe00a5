import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { lines } from '../../../src/programs/command/lines.ts'

async function linesOf(chunks: readonly (string | Buffer)[], longest?: number): Promise<string[]> {
  const buffers = chunks.map((chunk) => Buffer.from(chunk))
  const found: string[] = []
  for await (const line of lines(Readable.from(buffers, { objectMode: false }), longest)) found.push(line)
  return found
}

test('lines are put together from chunks, wherever these were cut', async () => {
  const euro = Buffer.from('€')
  expect(await linesOf(['one\ntw', 'o\n', euro.subarray(0, 1), euro.subarray(1), '\n\nlast'])).toEqual([
    ...['one', 'two', '€', '', 'last'],
  ])
})

test('a carriage return ends a line together with a newline, and alone overwrites it', async () => {
  expect(await linesOf(['a\r\nb\r', '\nc\r', 'd\r', 'e\rf\n', 'g\rh'])).toEqual(['a', 'b', 'f', 'h'])
})

test('a line without end is cut, and the next one is whole again', async () => {
  const chunk = 'x'.repeat(60_000)
  const [long = '', next] = await linesOf([...Array<string>(300).fill(chunk), '\nnext\n'])
  expect(long.length).toBe(2 ** 24 + ' … (18,000,000 bytes)'.length)
  expect(long.endsWith('x … (18,000,000 bytes)')).toBe(true)
  expect(next).toBe('next')
})

test('a stream is not read on while its reader does something else', async () => {
  let given = 0
  const endless = new Readable({
    read() {
      given += 1
      this.push(Buffer.from(`${'x'.repeat(1023)}\n`.repeat(64)))
    },
  })
  const reader = lines(endless)
  await reader.next()
  for (let k = 0; k < 1000; k++) await setImmediate()
  expect(given).toBeLessThan(5)
  await reader.return(undefined)
})
