import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'

import pg from 'pg'
import { onTestFinished } from 'vitest'

import { startPostgres } from '../../src/local-postgres/server.ts'
import { sqliteDriver } from '../../src/setup/sqlite.ts'
import { openDatabase } from '../../src/sqlite/open-database.ts'
import { temporaryFolder } from '../store/temporary-store.ts'

/** What keeps a store from answering, and lets it answer again. */
export interface Obstacle {
  begin(): Promise<void>
  end(): Promise<void>
}

/** Another process's transaction that excludes all others from a SQLite store. */
export function lockedDatabase(path: string): Obstacle {
  let release: () => void = () => undefined
  return {
    async begin() {
      const database = openDatabase(await sqliteDriver(), path, { timeout: 60_000 })
      database.exec('begin exclusive')
      release = () => {
        database.close()
      }
    },
    end() {
      release()
      return Promise.resolve()
    },
  }
}

/** A folder on a disk of its own, which can be filled; only root can make one. */
export function smallDisk(): { readonly folder: string } & Obstacle {
  const folder = temporaryFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder])
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder])
  })
  const filler = join(folder, 'filler')
  return {
    folder,
    begin() {
      // It says that there is no room left.
      execFileSync('sh', ['-c', 'dd if=/dev/zero of="$1" bs=4k 2>/dev/null || true', 'sh', filler])
      return Promise.resolve()
    },
    end() {
      execFileSync('rm', [filler])
      return Promise.resolve()
    },
  }
}

/** Another session's lock on a table that every report is written to. */
export function lockedTable(url: string): Obstacle {
  const client = new pg.Client(url)
  return {
    async begin() {
      await client.connect()
      await client.query('begin; lock table trials, metrics in access exclusive mode')
    },
    end: () => client.end(),
  }
}

/** A server of its own all of whose processes are stopped: it takes connections and says nothing. */
export async function stoppedServer(): Promise<{ readonly url: string } & Obstacle> {
  const server = await startPostgres(temporaryFolder())
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').split(' ').filter(Boolean)
    for (const pid of [server.pid, ...children.map(Number)]) process.kill(pid, name)
    return Promise.resolve()
  }
  onTestFinished(async () => {
    await signal('SIGCONT')
    await server.stop()
  })
  return { url: server.url, begin: () => signal('SIGSTOP'), end: () => signal('SIGCONT') }
}

/** A network that swallows all packets from now on, with no word to either side. */
export async function silentNetwork(target: string): Promise<{ readonly url: string } & Obstacle> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let isSilent = false
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => undefined)
      from.on('data', (bytes) => {
        if (!isSilent) to.write(bytes)
      })
      from.on('close', () => {
        if (!isSilent) to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const through = new URL(target)
  through.port = String((server.address() as AddressInfo).port)
  const set = (silent: boolean) => {
    isSilent = silent
    // What was swallowed is lost: who waited for it has to connect anew.
    if (!silent) for (const socket of sockets) socket.destroy()
    return Promise.resolve()
  }
  return { url: through.href, begin: () => set(true), end: () => set(false) }
}
