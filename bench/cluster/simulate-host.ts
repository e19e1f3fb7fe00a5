import { setTimeout as delay } from 'node:timers/promises'
import { TrialDatasets } from '../../src/datasets/of-trial.ts'
import { announceHost, capabilitiesOf } from '../../src/run/host.ts'
import { ProgramFiles } from '../../src/programs/program-files.ts'
import { trainHere } from '../../src/run/train-here.ts'
import { openStore } from '../../src/store/open.ts'
import { progressOf, sweepNamed } from '../../src/store/sweeps.ts'
import type { SweepSettings } from '../../src/sweep/definition.ts'
import { SimulatedWorkers, type PlainProgram } from './simulated-workers.ts'

/**
 * A host with the store, the queue, the heartbeat and the aggregator of a real one, and simulated workers. Waits for its
 * sweep to be planned, trains until it has ended, and prints what it measured as JSON.
 */
const [location = '', name = '', workers = '', trialMs = '', module = ''] = process.argv.slice(2)
const store = await openStore(location, 'write')
const queue = await store.openQueue?.()
if (queue === undefined) throw new Error('no store that hosts share')
const host = await announceHost(store, capabilitiesOf(Number(workers), []))
const { default: program } = (await import(module)) as { readonly default: PlainProgram }
const pool = new SimulatedWorkers(program, Number(workers), Number(trialMs))
process.stdout.write('ready\n')

let sweep = await sweepNamed(store.db, name)
while (sweep === undefined) {
  await delay(20)
  sweep = await sweepNamed(store.db, name)
}
const settings = JSON.parse(sweep.settings) as SweepSettings
const ignore = () => undefined
const observer = {
  ...{ started: ignore, trialStarted: ignore, trialReported: ignore, trialProgress: ignore, trialFinished: ignore },
  ...{ trialPostponed: ignore, note: console.error, finished: ignore },
}
const never = new AbortController().signal
const layout = { coresPerTrial: 0, workers: Array.from({ length: Number(workers) }, () => []) }
const before = process.cpuUsage()
const files = new ProgramFiles(undefined, '/')
for (;;) {
  await trainHere({
    ...{ store, queue: await queue.of(sweep.id), sweep, settings, files, telling: ['point'], host, observer },
    machinery: { layout, datasets: new TrialDatasets(null), pool },
    ...{ draining: never, signal: never },
  })
  const { queued, running } = await progressOf(store.db, sweep.id)
  if (queued + running === 0) break
  await delay(100)
}
const { user, system } = process.cpuUsage(before)
await host.leave()
await queue.close()
await store.close()
const waits = pool.waits.map((ms) => Math.round(100 * ms) / 100)
process.stdout.write(`${JSON.stringify({ waits, cpuSeconds: (user + system) / 1e6 })}\n`)
