import { onTestFinished } from 'vitest'

import { carriedArtifacts } from '../../src/artifacts/carried.ts'
import { openArtifacts } from '../../src/artifacts/open.ts'
import { postgresPlace } from '../../src/artifacts/postgres.ts'
import { Aggregator } from '../../src/run/aggregator.ts'
import { Journal } from '../../src/store/journal.ts'
import { Outbox } from '../../src/run/outbox.ts'
import { keptNotice, Patience } from '../../src/run/patience.ts'
import { Removal } from '../../src/run/removal.ts'
import type { StoppingRule } from '../../src/stopping/rule.ts'
import { openStore } from '../../src/store/open.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { plannedSweep, temporaryFolder } from '../store/temporary-store.ts'

/** The one writer of a sweep of a trial on a shared store, as a host has it. @param rule that ends its trial early */
export async function sharedWriter(location: string, rule?: StoppingRule) {
  const store = await openStore(location, 'write')
  const shared = await store.openQueue?.()
  onTestFinished(async () => {
    await shared?.close()
    await store.close()
  })
  const sweep = await plannedSweep(store, 1)
  const [trial] = await trialsOf(store.db, sweep.id)
  const queue = await shared?.of(sweep.id)
  if (queue === undefined || trial === undefined) throw new Error('a store on a server has a queue')

  const notes: string[] = []
  let hear: () => void = () => undefined
  const heard = new Promise<void>((resolve) => (hear = resolve))
  const note = (text: string) => {
    notes.push(text)
    hear()
  }
  const stop = new AbortController()
  const folder = temporaryFolder()
  const artifacts = carriedArtifacts(postgresPlace(store), openArtifacts(folder))
  const patience = new Patience(store, { note }, stop.signal, keptNotice)
  const carrying = new Patience(artifacts, { note }, stop.signal, keptNotice)
  const removal = new Removal(artifacts)
  const owner = { store: store.location, sweepId: sweep.id, plannedAt: sweep.created_at }
  const judging = rule && { sweepId: sweep.id, rule }
  const delivery = { store, shared: { sweepId: sweep.id, queue }, judging, artifacts, patience, carrying, removal }
  const outbox = new Outbox({ ...delivery, journal: Journal.create(folder, owner), signal: stop.signal })
  const aggregator = new Aggregator(outbox.write)
  return { store, sweep, notes, heard, stop, folder, artifacts, patience, delivery, aggregator, trialId: trial.id }
}
