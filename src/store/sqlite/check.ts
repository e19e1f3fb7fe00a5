import { existsSync, statSync } from 'node:fs'

import { isSqliteError, type Database } from '../../sqlite/database.ts'
import type { StoreCheck } from '../store.ts'

/** So many are enough to know. */
const mostFindings = 20

/** Asks SQLite what is wrong with a database. */
export function checkDatabase(database: Database, path: string): StoreCheck {
  const logBytes = bytesOf(`${path}-wal`)
  const sizes = { bytes: bytesOf(path) + logBytes, logBytes }
  try {
    const rows = database.pragma(`integrity_check(${mostFindings})`) as unknown as {
      readonly integrity_check: string
    }[]
    const said = rows.flatMap((row) => row.integrity_check.split('\n'))
    const damage = said.filter((line) => line !== 'ok' && !line.startsWith('***'))
    return { damage, dangling: damage.length > 0 ? [] : danglingRows(database), ...sizes }
  } catch (error) {
    if (!isDamage(error)) throw error
    return { damage: [error.message], dangling: [], ...sizes }
  }
}

/** True where SQLite finds that a file is not what it should be. */
export function isDamage(error: unknown): error is Error {
  return isSqliteError(error) && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code)
}

function danglingRows(database: Database): StoreCheck['dangling'] {
  const rows = database.pragma('foreign_key_check') as unknown as { readonly table: string; readonly parent: string }[]
  const counts = new Map<string, { table: string; parent: string; rows: number }>()
  for (const { table, parent } of rows) {
    const key = `${table}\0${parent}`
    counts.set(key, { table, parent, rows: (counts.get(key)?.rows ?? 0) + 1 })
  }
  return [...counts.values()]
}

/** Gives the room of deleted rows back to the disk; returns how many bytes. */
export function compactDatabase(database: Database, path: string): number {
  const size = () => bytesOf(path) + bytesOf(`${path}-wal`)
  const before = size()
  if (Number(database.pragma('freelist_count')[0]?.freelist_count) > 0) database.exec('vacuum')
  database.pragma('wal_checkpoint(truncate)')
  return Math.max(0, before - size())
}

function bytesOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0
}
