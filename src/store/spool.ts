import { readdirSync, rmSync } from 'node:fs'
import { extname } from 'node:path'

import type { Kysely, Transaction } from 'kysely'

import { isSqlite } from '../../db/dialect.ts'
import { messageOf } from '../errors.ts'
import { pathBelow } from '../path-below.ts'
import { processName } from '../process-pipe.ts'
import { cached } from '../setup/cache.ts'
import { stoppingRuleOf } from '../sweep/stored.ts'
import { applyChanges } from './changes.ts'
import { pipeFolder, databaseFile } from './coordinators.ts'
import { Journal, type JournalEntry } from './journal.ts'
import type { Schema, SweepRow } from './schema.ts'
import type { Store } from './store.ts'

const ending = '.jsonl'

/**
 * Where this process may spool changes of a sweep of a store that is a file: beside the store, where every next start looks,
 * or in the user's cache, which may be on a disk that has room.
 */
export async function spoolsOf({ db }: Store, sweep: SweepRow): Promise<Journal[]> {
  const owner = { store: await databaseFile(db), sweepId: sweep.id, plannedAt: sweep.created_at }
  return (await spoolFolders(db)).map((folder) => Journal.create(folder, owner, `${processName}-${sweep.id}${ending}`))
}

/**
 * Writes what processes that ended have spooled for sweeps, before anything decides that their trials are lost. The caller
 * holds the sweeps, so no process spools for them. Entries that are written already are left as they are. Returns the
 * files, to be removed with {@link removeSpools} once the transaction is committed.
 *
 * @param sweepId of one sweep, or of all
 */
export async function replaySpools(db: Transaction<Schema>, sweepId?: number): Promise<string[]> {
  if (!isSqlite(db)) return []
  const store = await databaseFile(db)
  const [beside] = await spoolFolders(db)
  const done: string[] = []
  for (const { folder, name } of (await spoolFolders(db)).flatMap(spoolsIn)) {
    const journal = Journal.leftBehind(folder, name)
    if (journal === undefined) continue
    const entries = entriesOf(journal)
    journal.close()
    if (entries === undefined) continue
    const { owner } = journal
    // The cache has those of all stores; beside a store they are its own, also if it was moved.
    if (folder !== beside && owner.store !== store) continue
    if (sweepId !== undefined && owner.sweepId !== sweepId) continue
    const sweep = await sweepOf(db, owner)
    const rule = sweep && stoppingRuleOf(sweep)
    const judging = rule && { sweepId: owner.sweepId, rule }
    const changes = entries.map(({ change }) => change)
    if (sweep !== undefined) await applyChanges(db, changes, { judging, again: true })
    done.push(pathBelow(folder, name))
  }
  return done
}

/** Undefined of a damaged one, which keeps no sweep from running. */
function entriesOf(journal: Journal): JournalEntry[] | undefined {
  try {
    return journal.first(journal.length)
  } catch (error) {
    process.stderr.write(
      `What an earlier process spooled cannot be read (${messageOf(error)}): ${journal.path} is kept.\n`,
    )
    return undefined
  }
}

export function removeSpools(paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { force: true })
}

async function spoolFolders(db: Kysely<Schema>): Promise<string[]> {
  return [await pipeFolder(db), cached('spool')]
}

function spoolsIn(folder: string): { readonly folder: string; readonly name: string }[] {
  try {
    return readdirSync(folder).flatMap((name) => (extname(name) === ending ? [{ folder, name }] : []))
  } catch {
    return []
  }
}

/** Undefined of a sweep that was deleted: another one may have its id in a store that was made anew. */
function sweepOf(db: Kysely<Schema>, { sweepId, plannedAt }: Journal['owner']): Promise<SweepRow | undefined> {
  return db
    .selectFrom('sweeps')
    .selectAll()
    .where('id', '=', sweepId)
    .where('created_at', '=', plannedAt)
    .executeTakeFirst()
}
