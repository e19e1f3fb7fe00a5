import { messageOf } from '../../src/errors.ts'
import { openStore } from '../../src/store/open.ts'
import type { StoreAccess } from '../../src/store/store.ts'
import { sweepProgress } from '../../src/store/sweeps.ts'

/** A process that opens a store and prints what it found as JSON. */
const [path = '', access = 'read'] = process.argv.slice(2)
try {
  const store = await openStore(path, access as StoreAccess)
  const { rows } = await store.query('select count(*) as n from trials')
  const sweeps = await sweepProgress(store.db)
  await store.close()
  console.log(JSON.stringify({ isReadOnly: store.isReadOnly, rows, trials: sweeps.map(({ trials }) => trials) }))
} catch (error) {
  console.log(JSON.stringify({ error: messageOf(error) }))
}
