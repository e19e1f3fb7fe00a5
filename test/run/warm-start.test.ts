import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { prepareSweep } from '../../src/run/prepare.ts'
import { warmStartOf } from '../../src/run/warm-start.ts'
import { deleteSweep } from '../../src/store/sweeps.ts'
import { readSweepFile } from '../../src/sweep/read.ts'
import { completedSweep } from '../store/completed-sweep.ts'
import { plannedSweep, temporaryFolder, temporaryStore } from '../store/temporary-store.ts'
import { ignoring } from './plain.ts'

const search = `command: [echo]
method: tpe
metric: { name: loss }
warm_start: found
parameters: { depth: { min: 1, max: 4 } }
`

test('a search whose warm-start sweep is deleted while its trials are described is refused, and does not begin without it', async () => {
  const store = await temporaryStore()
  const { sweep: source } = await completedSweep(store, [[{ loss: 1 }], [{ loss: 2 }]], 'found')
  const path = join(temporaryFolder(), 'search.yaml')
  writeFileSync(path, search)
  const copy = await warmStartOf(store, prepareSweep(readSweepFile(path)), ignoring)
  await deleteSweep(store.db, source, store.now())
  const own = await plannedSweep(store, 1, 'search')
  const begun = store.db.transaction().execute(async (transaction) => copy?.(transaction, own))
  await expect(begun).rejects.toThrow(/there is no sweep found in/)
})
