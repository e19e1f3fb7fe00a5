import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'

import pg from 'pg'

import { SwathError } from '../errors.ts'
import { createWithRights } from '../file-rights.ts'
import { scramVerifier } from '../store/postgres/scram.ts'
import { writeParts } from '../write-flushed.ts'
import type { Account } from './account.ts'
import { install, settingsName, type Installation } from './install.ts'
import { runServer, type RunningServer } from './run-server.ts'

/** A server of one's own, on this machine alone, that ends with this process. */
export interface LocalPostgres extends RunningServer {
  /** Of a database for a store, as a user who owns it. */
  readonly url: string
  /** As the server's superuser. */
  readonly superuserUrl: string
}

export interface ServerOptions {
  /** By default that of the last time, or one that is free. */
  readonly port?: number | undefined
  /** False for a test's: what it holds may be lost with the mains. */
  readonly isDurable?: boolean
}

/** What a folder's server goes by from one start to the next. */
interface Settings {
  /** Undefined before the first start that succeeded: a port that is taken is not kept. */
  readonly port?: number
  readonly password: string
  readonly superuserPassword: string
}

const host = '127.0.0.1'
const user = 'swath'
const superuser = 'postgres'

/** Starts the server of a folder, which is made with the first start. @throws SwathError('setup') */
export async function startPostgres(folder: string, options: ServerOptions = {}): Promise<LocalPostgres> {
  const installation = install(resolve(folder))
  const settings = settingsOf(resolve(folder), installation)
  const port = options.port ?? settings.port ?? (await freePort())
  const isNew = !existsSync(join(installation.data, 'PG_VERSION'))
  if (isNew) await initialize(installation, settings)
  const server = await runServer(resolve(folder), installation, {
    ...{ listen_addresses: host, port: `${port}`, unix_socket_directories: '' },
    ...{ lc_messages: 'C', max_connections: '200' },
    ...(options.isDurable === false && { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  })
  const superuserUrl = `postgres://${superuser}:${settings.superuserPassword}@${host}:${port}/postgres`
  try {
    keepSettings(resolve(folder), installation, { ...settings, port })
    return { ...server, superuserUrl, url: await makeDatabase(superuserUrl, settings.password) }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** What the folder says; its passwords are made, and kept, with the first start. */
function settingsOf(folder: string, installation: Installation): Settings {
  const path = join(folder, settingsName)
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Settings
  const secret = () => randomBytes(18).toString('base64url')
  const settings = { password: secret(), superuserPassword: secret() }
  keepSettings(folder, installation, settings)
  return settings
}

function keepSettings(folder: string, { account }: Installation, settings: Settings): void {
  const path = join(folder, settingsName)
  const aside = `${path}.${randomUUID()}`
  createFor(account, aside, JSON.stringify(settings))
  renameSync(aside, path)
}

/**
 * Creates a file that only the server's user may read. The folder is that user's, and root must not write through a link
 * in it.
 */
function createFor(account: Account | undefined, path: string, text: string): void {
  const owner = account ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  createWithRights(path, { ...owner, mode: 0o600 }, (file) => {
    writeParts(file, [Buffer.from(text)])
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

async function initialize({ initdb, data, account, env }: Installation, settings: Settings): Promise<void> {
  const passwordFile = `${data}.password`
  rmSync(passwordFile, { force: true })
  createFor(account, passwordFile, settings.superuserPassword)
  try {
    const child = spawn(
      initdb,
      [
        ...[`--pgdata=${data}`, `--username=${superuser}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
        ...['--encoding=UTF8', '--locale=C', '--no-instructions', '--no-sync'],
      ],
      { ...account, env, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== 0) throw new SwathError('setup', `PostgreSQL's initdb failed: ${said.trim()}`)
  } catch (error) {
    rmSync(data, { recursive: true, force: true })
    throw error
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

/**
 * A user who may do with one database what he likes, and nothing with the server's files.
 * @returns the database's URL as this user
 */
export async function makeDatabase(superuserUrl: string, password: string): Promise<string> {
  const client = new pg.Client(superuserUrl)
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [user])
    if (rowCount === 0) {
      await client.query(`create role ${user} login createrole`)
    }
    await client.query(`alter role ${user} password ${client.escapeLiteral(scramVerifier(password))}`)
    const { rowCount: databases } = await client.query('select from pg_database where datname = $1', [user])
    if (databases === 0) await client.query(`create database ${user} owner ${user}`)
  } finally {
    await client.end()
  }
  const url = new URL(`/${user}`, superuserUrl)
  Object.assign(url, { username: user, password })
  return url.href
}
