import { readdirSync, readFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startPostgres, type LocalPostgres } from '../../src/local-postgres/server.ts'

/** A PostgreSQL of the bench's own, durable as a real one is, in a folder that is gone afterwards. */
export async function withOwnServer<T>(use: (server: LocalPostgres) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'swath-bench-postgres-'))
  try {
    const server = await startPostgres(folder)
    try {
      return await use(server)
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a server has done so far. */
export interface ServerWork {
  /** Processor time of all its processes; NaN where the system has no /proc. */
  readonly cpuSeconds: number
  readonly transactions: number
}

export async function workOf({ pid, superuserUrl }: LocalPostgres): Promise<ServerWork> {
  const client = new pg.Client(superuserUrl)
  await client.connect()
  try {
    const { rows } = await client.query<{ transactions: number }>(
      'select sum(xact_commit + xact_rollback)::double precision as transactions from pg_stat_database',
    )
    return { cpuSeconds: cpuSecondsOf(pid), transactions: rows[0]?.transactions ?? NaN }
  } finally {
    await client.end()
  }
}

export function workBetween(before: ServerWork, after: ServerWork): ServerWork {
  return {
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    transactions: after.transactions - before.transactions,
  }
}

const clockTicks = 100

/** Of a process, of its children that run, and of those that have ended. */
function cpuSecondsOf(pid: number): number {
  const own = statOf(pid)
  if (own === undefined) return NaN
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? [])
    .filter(({ parent }) => parent === pid)
  return (
    own.ticks / clockTicks +
    own.ticksOfEnded / clockTicks +
    children.reduce((sum, { ticks }) => sum + ticks / clockTicks, 0)
  )
}

function statOf(
  pid: number,
): { readonly parent: number; readonly ticks: number; readonly ticksOfEnded: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map((k) => fields[k])
    return { parent, ticks: user + system, ticksOfEnded: endedUser + endedSystem }
  } catch {
    return undefined
  }
}
