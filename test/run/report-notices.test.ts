import { expect, test } from 'vitest'

import type { ReportNotice } from '../../src/programs/stored-report.ts'
import { Aggregator, type PendingChange } from '../../src/run/aggregator.ts'
import { ReportNotices } from '../../src/run/report-notices.ts'
import { applyChanges } from '../../src/store/changes.ts'
import { noticesOf } from '../../src/store/report-notices.ts'
import type { Store } from '../../src/store/store.ts'
import { plannedSweep, temporaryStore } from '../store/temporary-store.ts'

/** One run of a sweep: what it says of reports. */
function run(store: Store, sweep: { readonly id: number }) {
  const said: string[] = []
  const aggregator = new Aggregator(async (group: readonly PendingChange[]) => {
    const refused = await applyChanges(
      store.db,
      group.map(({ change }) => change),
    )
    for (const { change, resolve } of group) resolve(refused.has(change) ? 'refused' : 'kept')
  })
  const notices = new ReportNotices(store, sweep, aggregator, { note: (text) => said.push(text) })
  return { said, notices }
}

const dropped = (name: string): ReportNotice => ({ kind: 'dropped', name, detail: 'null' })

test('each is said once a sweep, over trials, runs and processes at the same time', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store)
  const [one, two] = [run(store, sweep), run(store, sweep)]
  one.notices.tell(1, [dropped('a'), { kind: 'not finite', name: 'f1', detail: 'NaN' }])
  one.notices.tell(2, [dropped('a'), dropped('b')])
  await one.notices.settled()
  two.notices.tell(3, [dropped('a'), dropped('b')])
  two.notices.tell(3, [{ kind: 'epoch', name: 'from 0', detail: 'epochs from 0' }])
  await two.notices.settled()
  expect([...one.said, ...two.said]).toEqual([
    'trial 1 reports a (null): not stored, for it is no number, or its name cannot be a column',
    'trial 1 reports f1 (NaN): stored as missing; the trial goes on, for this decides nothing',
    'trial 2 reports b (null): not stored, for it is no number, or its name cannot be a column',
    'trial 3 reports epochs from 0; the table reported_epochs has its own numbers',
  ])
})

test('of a thousand names twenty are recorded and said, also over two runs', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store)
  const names = Array.from({ length: 1_000 }, (_, k) => `m${k}`)
  const one = run(store, sweep)
  one.notices.tell(1, names.slice(0, 15).map(dropped))
  await one.notices.settled()
  const two = run(store, sweep)
  two.notices.tell(1, names.map(dropped))
  two.notices.tell(2, names.map(dropped))
  await two.notices.settled()
  expect(two.said).toHaveLength(1)
  expect(two.said[0]).toMatch(/^trial 1 reports m15 \(null\), .*m19 \(null\), and more: not stored/)
  expect(await noticesOf(store.db, sweep.id)).toHaveLength(21)
})
