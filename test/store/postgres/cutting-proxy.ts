import { createServer, connect, type AddressInfo, type Socket } from 'node:net'

import { onTestFinished } from 'vitest'

/** A way to a server on which the answer to a commit can be lost, or everything. */
export interface CuttingProxy {
  /** The server's URL, by this way. */
  readonly url: string
  /** The next commit reaches the server, and its answer nobody; resolves when that has happened. */
  cutNextCommit(): Promise<void>
  /** Nobody gets through, nor stays connected, until it is mended. */
  cut(): void
  mend(): void
}

export async function cuttingProxy(url: string): Promise<CuttingProxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let isCut = false
  let onCommit: (() => void) | undefined
  const end = (...ended: Socket[]) => {
    for (const socket of ended) {
      sockets.delete(socket)
      socket.destroy()
    }
  }
  const server = createServer((client) => {
    if (isCut) {
      client.destroy()
      return
    }
    const upstream = connect(Number(target.port), target.hostname)
    let isCommitting = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        end(client, upstream)
      })
    }
    client.on('data', (bytes) => {
      if (onCommit !== undefined && bytes.includes('commit')) isCommitting = true
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (!isCommitting) {
        client.write(bytes)
        return
      }
      const done = onCommit
      onCommit = undefined
      end(client, upstream)
      done?.()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    end(...sockets)
  })
  const through = new URL(url)
  through.port = String((server.address() as AddressInfo).port)
  return {
    url: through.href,
    cutNextCommit: () => new Promise((resolve) => (onCommit = resolve)),
    cut() {
      isCut = true
      end(...sockets)
    },
    mend() {
      isCut = false
    },
  }
}
