import { expect, onTestFinished, test } from 'vitest'

import { usingArtifacts } from '../../src/artifacts/open-shared.ts'
import { collectGarbage } from '../../src/maintenance/collect-garbage.ts'
import { examine } from '../../src/maintenance/examine.ts'
import { repairStore } from '../../src/maintenance/repair.ts'
import { acquireSweep, thisProcess } from '../../src/store/coordinators.ts'
import { openStore } from '../../src/store/open.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { plannedSweep, postgresLocation } from '../store/temporary-store.ts'
import { checkpoint, name, start } from './stores.ts'

/** A store whose artifacts are in its database, with a checkpoint that it names for each of three trials. */
async function storeElsewhere() {
  const location = postgresLocation()
  const store = await openStore(location, 'write')
  onTestFinished(() => store.close())
  const sweep = await plannedSweep(store, 3)
  const ids = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  const publish = (trialId: number, of: string) =>
    usingArtifacts(store, async (artifacts) => {
      const stored = checkpoint(artifacts.host, trialId, of)
      await artifacts.publish(stored)
      return stored
    })
  for (const id of ids) await name(store, id, await publish(id, 'attempt-1'))
  const files = async () =>
    (await store.db.selectFrom('artifact_parts').select('name').orderBy('name').execute()).map((row) => row.name)
  return { location, store, sweep, ids, publish, files }
}

test('gc removes what nothing names in the database, and leaves what a trial that trains has published', async () => {
  const { store, sweep, ids, publish, files } = await storeElsewhere()
  const [training = 0, other = 0] = ids
  await start(store, training)
  await acquireSweep(store.db, sweep.id, thisProcess(), store.now())
  await publish(training, 'attempt-1-epoch-2')
  const strays = [
    { name: (await publish(other, 'attempt-2')).name, bytes: 23 },
    { name: 'trial-77/', bytes: (await publish(77, 'attempt-1')).bytes },
  ]
  const kept = (await files()).filter((file) => !file.startsWith('trial-77') && file !== strays[0]?.name)
  const all = { dryRun: false, compact: false }
  expect((await collectGarbage(store, { ...all, dryRun: true }, store.now())).strays).toEqual(strays)
  expect((await collectGarbage(store, all, store.now())).strays).toEqual(strays)
  expect(await files()).toEqual(kept)
})

test('doctor finds files that are gone or cut short, and repair has their trials do without', async () => {
  const { location, store, ids, files } = await storeElsewhere()
  const [gone = '', short = '', whole = ''] = await files()
  await store.db.deleteFrom('artifact_parts').where('name', '=', gone).execute()
  await store.db
    .updateTable('artifact_parts')
    .set({ content: Buffer.from('cut') })
    .where('name', '=', short)
    .execute()
  const { flawed } = await examine(store, store.now())
  expect(flawed.map(({ row, flaw }) => `${row.name} ${flaw}`)).toEqual([
    `${gone} is gone`,
    `${short} is cut short: expected 23 bytes, found 3`,
  ])
  await repairStore(location, () => undefined)
  expect(await store.db.selectFrom('artifacts').select('name').execute()).toEqual([{ name: whole }])
  expect(await files()).toEqual([whole])
  expect(ids).toHaveLength(3)
})

test('files that are all gone at once are not forgotten: they may come back', async () => {
  const { location, store } = await storeElsewhere()
  await store.db.deleteFrom('artifact_parts').execute()
  expect(await examine(store, store.now())).toMatchObject({ isFolderGone: true })
  await repairStore(location, () => undefined)
  expect(await store.db.selectFrom('artifacts').select('id').execute()).toHaveLength(3)
})
