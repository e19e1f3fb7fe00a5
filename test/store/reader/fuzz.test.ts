import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'

import { SwathError } from '../../../src/errors.ts'
import { sqlitePath } from '../../../src/store/location.ts'
import type { Store } from '../../../src/store/store.ts'
import { defineSweepView } from '../../../src/store/sweep-view.ts'
import { runs, tally } from '../../fuzz.ts'
import { plannedSweep, temporaryStore } from '../temporary-store.ts'
import { statements } from './statements.ts'

const tried = tally('statements')

function kindOf(message: string): string {
  const kinds = [/only questions/, /more than one statement/, /NUL|no statement/, /not answered within/, /more memory/]
  const [known] = kinds.map((kind) => kind.exec(message)?.[0]).filter((kind) => kind !== undefined)
  return known ?? "other errors of SQLite's"
}

/** Changes with every commit of another connection, and with every byte of the file or of its log. */
async function stateOf(store: Store) {
  const path = sqlitePath(store.location)
  const { rows } = await sql`pragma data_version`.execute(store.db)
  const hash = createHash('sha256')
    .update(readFileSync(path))
    .update(readFileSync(`${path}-wal`))
  return { rows, sha256: hash.digest('hex'), files: readdirSync(dirname(path)).sort() }
}

test('whatever is asked, the answer is rows or an error with a reason, and the store stays as it was', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 5)
  await defineSweepView(store.db, sweep, ['depth', 'width'], ['val_loss'])
  const folder = dirname(sqlitePath(store.location))
  const before = await stateOf(store)

  await fc.assert(
    fc.asyncProperty(statements(folder), async (statement) => {
      try {
        const { columns, rows } = await store.query(statement, { limit: 50, timeoutMs: 5_000 })
        for (const row of rows) expect(Object.keys(row).sort()).toEqual([...columns].sort())
        tried('answered')
      } catch (error) {
        expect(error).toBeInstanceOf(SwathError)
        expect(error).toMatchObject({ code: 'sql', message: expect.stringMatching(/./) as string })
        tried(kindOf((error as SwathError).message))
      }
      expect(await stateOf(store)).toEqual(before)
    }),
    runs(400),
  )
  expect(existsSync('made-by-fuzz.db')).toBe(false)
  expect(readdirSync(folder).sort()).toEqual(before.files)
})
