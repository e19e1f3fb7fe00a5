import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { onTestFinished } from 'vitest'

import { temporaryFolder } from '../temporary-store.ts'
import { findPgBouncer, libraryFolders } from './find-pgbouncer.ts'

const nobody = { uid: 65_534, gid: 65_534 }

export interface Pooler {
  /** The server's URL, through the pooler. */
  readonly url: string
}

/**
 * Starts a PgBouncer in front of a server, which ends with the test.
 * @param url of the server, with the user and the password that the pooler logs in with
 * @param settings of its configuration file, besides its pool mode
 */
export async function startPgBouncer(
  url: string,
  mode: 'session' | 'transaction' | 'statement',
  settings: Readonly<Record<string, string>> = {},
): Promise<Pooler> {
  const program = findPgBouncer()
  if (program === undefined) throw new Error('there is no PgBouncer')
  const folder = temporaryFolder()
  const server = new URL(url)
  const port = await freePort()
  const users = join(folder, 'users.txt')
  writeFileSync(users, `"${server.username}" "${decodeURIComponent(server.password)}"\n`)
  const all = {
    ...{ listen_addr: '127.0.0.1', listen_port: `${port}`, unix_socket_dir: '', pool_mode: mode },
    ...{ auth_type: 'scram-sha-256', auth_file: users, default_pool_size: '4', ...settings },
  }
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`)
  const configuration = join(folder, 'pgbouncer.ini')
  writeFileSync(
    configuration,
    `[databases]\n* = host=${server.hostname} port=${server.port}\n[pgbouncer]\n${lines.join('\n')}\n`,
  )
  // It refuses to be root.
  const account = process.getuid?.() === 0 ? nobody : undefined
  if (account !== undefined)
    for (const path of [folder, users, configuration]) chownSync(path, account.uid, account.gid)
  const child = spawn(program, [configuration], {
    ...{ ...account, stdio: ['ignore', 'ignore', 'pipe'] },
    env: { ...process.env, LD_LIBRARY_PATH: libraryFolders().join(':') },
  })
  onTestFinished(async () => {
    const ended = once(child, 'close')
    if (child.exitCode === null && child.kill('SIGKILL')) await ended
  })
  const said: string[] = []
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stderr).on('line', (line) => {
      said.push(line)
      if (line.includes('process up')) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => {
      reject(new Error(`PgBouncer does not start:\n${said.join('\n')}`))
    })
  })
  server.port = String(port)
  return { url: server.href }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
