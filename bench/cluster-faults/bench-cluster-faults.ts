import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/store/open.ts'
import { describeOwnMachine, writeResults } from '../machine.ts'
import { runProcess } from '../run-process.ts'
import { clusterStorm } from './cluster-storm.ts'
import { differences, resultsOf } from './inspect.ts'

export const swathCommand = [process.execPath, join(import.meta.dirname, '..', '..', 'bin', 'swath.js')]

/** Real networks on a part of MNIST. */
export const stormSweep = (epochs: number) => `program: mlp
method: grid
dataset: { name: mnist, limit: 6000 }
metric: { name: val_loss }
# Each fault is an attempt of the trials that it meets.
retries: 1000
parameters:
  width: { values: [32, 64, 96] }
  activation: { values: [relu, tanh] }
  depth: { values: [1, 2] }
  epochs: { value: ${epochs} }
`

/** A cluster that one fault after the other befalls, and what came of it beside a run that was left alone. */
export async function benchClusterFaults({ quick, seed }: { quick: boolean; seed: number }): Promise<void> {
  const wanted = quick ? 12 : 120
  const sweep = stormSweep(quick ? 6 : 12)
  const folder = mkdtempSync(join(tmpdir(), 'swath-cluster-faults-'))
  try {
    const calm = join(folder, 'calm')
    mkdirSync(calm)
    writeFileSync(join(calm, 'calm.yaml'), `name: calm\n${sweep}`)
    console.log('The sweep on one machine, left alone …')
    const location = `sqlite:${join(calm, 'swath.db')}`
    await runProcess([...swathCommand, 'run', join(calm, 'calm.yaml'), '--store', location])
    const store = await openStore(location, 'read')
    const expected = await resultsOf(store, 'calm')
    await store.close()

    console.log(`The same by three workers on one PostgreSQL, with ${wanted} faults at random moments (seed ${seed}) …`)
    const began = performance.now()
    const report = await clusterStorm({
      ...{ swath: swathCommand, folder: join(folder, 'storm'), sweep, hosts: 3, faults: wanted, seed },
      onFault: (count, kind) => {
        if (quick || count % 10 === 0) console.log(`  ${count} faults; now ${kind}`)
      },
    })
    const seconds = (performance.now() - began) / 1000
    let [otherTrials, otherMetrics] = [0, 0]
    for (const { results } of report.sweeps) {
      otherTrials += differences(results.trials, expected.trials)
      otherMetrics += differences(results.metrics, expected.metrics)
    }
    const sum = (name: Exclude<keyof (typeof report.sweeps)[number], 'name' | 'results'>) =>
      report.sweeps.reduce((all, each) => all + each[name], 0)
    const total = Object.values(report.faults).reduce((all, count) => all + count, 0)
    const lines: [string, string | number, boolean?][] = [
      ...Object.entries(report.faults).map(([kind, count]): [string, number] => [`  ${kind}`, count]),
      ['faults survived', total, total >= wanted],
      ['sweeps, one after the other', report.sweeps.length],
      ['trials', sum('trials'), sum('trials') === report.sweeps.length * expected.trials.length],
      ['trials that did not complete', sum('notCompleted'), sum('notCompleted') === 0],
      ['trials that do not count once', sum('notCountedOnce'), sum('notCountedOnce') === 0],
      ['acknowledged reports lost', sum('reportsLost'), sum('reportsLost') === 0],
      ['trials with other bits than when left alone', otherTrials, otherTrials === 0],
      ['metric rows that differ', otherMetrics, otherMetrics === 0],
      ['attempts cut short', sum('attemptsCutShort')],
      ['epochs repeated that had been reported', sum('epochsRepeated')],
      ['attempts left open', sum('attemptsOpen'), sum('attemptsOpen') === 0],
      ['jobs left in the queue', report.jobsLeft, report.jobsLeft === 0],
      ['processes that ended by themselves, or did not end', report.crashes.length, report.crashes.length === 0],
      ['seconds', Math.round(seconds)],
    ]
    console.log()
    for (const [name, figure, isMet] of lines) {
      console.log(`  ${name.padEnd(52)} ${figure}${isMet === undefined ? '' : isMet ? ' ✓' : ' ✗'}`)
    }
    for (const crash of report.crashes) console.log(`\n${crash}`)
    if (!quick) {
      writeResults('cluster-faults', {
        ...{ date: new Date().toISOString(), machine: describeOwnMachine(), 'load of the machine': loadavg(), seed },
        figures: Object.fromEntries(lines.map(([name, figure]) => [name.trim(), figure])),
      })
    }
    if (lines.some(([, , isMet]) => isMet === false)) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
