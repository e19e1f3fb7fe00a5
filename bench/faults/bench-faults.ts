import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withStore } from '../../src/store/open.ts'
import { describeMachine, writeResults } from '../machine.ts'
import { fillUpDisk } from './full-disk.ts'
import { killStorm, ways } from './kill-storm.ts'

const swath = [process.execPath, join(import.meta.dirname, '..', '..', 'bin', 'swath.js')]

/** Real networks on all of MNIST; as many epochs as it takes to be hit that often. */
const sweep = (epochs: number) => `name: storm
program: mlp
method: grid
metric: { name: val_loss }
# Each kill is an attempt of the trials that it meets.
retries: 1000
parameters:
  width: { values: [32, 64, 96, 128] }
  activation: { values: [relu, tanh] }
  epochs: { value: ${epochs} }
`

/** Kills a sweep at random moments until it completes, and compares it with one that was left alone. */
export async function benchFaults({ quick, seed }: { quick: boolean; seed: number }): Promise<void> {
  const kills = quick ? 10 : 200
  const folder = mkdtempSync(join(tmpdir(), 'swath-faults-'))
  try {
    const [calm, stormy] = ['calm', 'stormy'].map((name) => join(folder, name)) as [string, string]
    for (const each of [calm, stormy]) {
      mkdirSync(each)
      writeFileSync(join(each, 'storm.yaml'), sweep(quick ? 6 : 300))
    }
    const [program = '', ...args] = swath
    console.log('The sweep, left alone …')
    execFileSync(program, [...args, 'run', 'storm.yaml'], { cwd: calm, stdio: 'ignore' })
    console.log(`The same, killed ${kills} times at random moments (seed ${seed}) …`)
    const report = await killStorm({
      ...{ swath, folder: stormy, file: 'storm.yaml', kills, seed, longestMs: 3_500 },
      onKill: (count) => {
        if (count % 20 === 0) console.log(`  ${count} kills`)
      },
    })
    const differences = await differencesBetween(calm, stormy)
    const total = ways.reduce((sum, way) => sum + report.kills[way], 0)
    const lines: [string, string | number, boolean?][] = [
      ['kills', `${total} (${ways.map((way) => `${report.kills[way]} × ${way}`).join(', ')})`],
      ['runs until it was complete', report.runs],
      ['faults survived', total, total >= kills],
      ['acknowledged reports lost', report.rowsLost, report.rowsLost === 0],
      ['trials with other bits than when left alone', differences.trials, differences.trials === 0],
      ['metric rows that differ', differences.metrics, differences.metrics === 0],
      ['attempts cut short, each within an epoch', report.attemptsCutShort],
      ['epochs repeated that had been reported', report.epochsRepeated, report.epochsRepeated === 0],
      ['bytes torn (problems that integrity_check found)', report.torn, report.torn === 0],
      ['stray files', report.strayFiles.length, report.strayFiles.length === 0],
      ['processes left', report.strayProcesses.length, report.strayProcesses.length === 0],
      ['locks left', report.locksLeft, report.locksLeft === 0],
    ]
    console.log()
    for (const [name, figure, isMet] of lines) {
      console.log(`  ${name.padEnd(50)} ${figure}${isMet === undefined ? '' : isMet ? ' ✓' : ' ✗'}`)
    }
    if (report.strayFiles.length > 0) console.log(report.strayFiles)
    if (report.strayProcesses.length > 0) console.log(report.strayProcesses)

    console.log('\nA disk that fills up in mid-sweep, and has room again …')
    const disk = await fillUpDisk({ swath, folder, text: sweep(3) })
    console.log(`  ${disk}`)
    const ok = lines.every(([, , isMet]) => isMet !== false)
    if (!quick) {
      const figures = Object.fromEntries(lines.map(([name, figure]) => [name, figure]))
      writeResults('faults', {
        date: new Date().toISOString(),
        machine: describeMachine('python3'),
        seed,
        figures,
        disk,
      })
    }
    if (!ok) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Trials and metric rows in which two stores differ; what the clock says is no result. */
async function differencesBetween(one: string, other: string): Promise<{ trials: number; metrics: number }> {
  const [a, b] = [await resultsOf(one), await resultsOf(other)]
  const count = (mine: readonly string[], theirs: readonly string[]) => {
    const [here, there] = [new Set(mine), new Set(theirs)]
    return mine.filter((row) => !there.has(row)).length + theirs.filter((row) => !here.has(row)).length
  }
  return { trials: count(a.trials, b.trials), metrics: count(a.metrics, b.metrics) }
}

async function resultsOf(folder: string): Promise<{ trials: string[]; metrics: string[] }> {
  return withStore(join(folder, 'swath.db'), 'read', async (store) => {
    const rows = async (query: string) => (await store.query(query)).rows.map((row) => JSON.stringify(row))
    return {
      trials: await rows('select number, params, seed, state, weights_sha256 from trials'),
      metrics: await rows(`select t.number, m.epoch, m.name, m.value from metrics m join trials t on t.id = m.trial_id
        where m.name not like '%seconds' and m.name not like '%per_second'`),
    }
  })
}
