import { createServer, connect, type AddressInfo } from 'node:net'

import { onTestFinished } from 'vitest'

/** A way to a server on which connections lose the options that they ask for, as PgBouncer may be told to. */
export async function forgetfulPooler(url: string): Promise<{ readonly url: string }> {
  const target = new URL(url)
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) socket.on('error', () => undefined)
    client.once('data', (start) => {
      upstream.write(withoutOptions(start))
      client.pipe(upstream)
    })
    upstream.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const through = new URL(url)
  through.port = String((server.address() as AddressInfo).port)
  return { url: through.href }
}

/** A start-up message: its length, a version, then names and values. */
function withoutOptions(start: Buffer): Buffer {
  const words = start.toString('utf8', 8).split('\0')
  const at = words.indexOf('options')
  const rest = Buffer.from(words.toSpliced(at, 2).join('\0'))
  const head = Buffer.from(start.subarray(0, 8))
  head.writeInt32BE(8 + rest.length)
  return Buffer.concat([head, rest])
}
