import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { printGoals, type Goal } from '../goals.ts'
import { describeOwnMachine, writeResults } from '../machine.ts'
import { usageOf } from '../process-usage.ts'

const cli = join(import.meta.dirname, '..', '..', 'bin', 'swath.js')
const workers = 2
const seeds = 4
/** Trials between two looks. */
const every = 50

interface Sample {
  readonly trials: number
  readonly megabytes: number
}

/** Resident memory of a run whose trials have many different shapes. */
export async function benchMemory({ quick }: { quick: boolean }): Promise<void> {
  const widths = quick ? 100 : 500
  const trials = seeds * widths
  console.log(`\n  ${trials} trials of ${widths} widths, ${workers} workers\n\n  trials   resident, MB`)
  const began = performance.now()
  const samples = await sampleRun(widths, ({ trials, megabytes }) => {
    if (trials % (2 * every) === 0) console.log(`  ${String(trials).padStart(6)} ${String(megabytes).padStart(14)}`)
  })
  const seconds = (performance.now() - began) / 1000

  const highest = (part: readonly Sample[]) => Math.max(...part.map(({ megabytes }) => megabytes))
  const half = Math.floor(samples.length / 2)
  const ratio = highest(samples.slice(half)) / highest(samples.slice(0, half))
  const goals: Goal[] = [
    { name: 'highest in the second half over the first half', figure: ratio, goal: 1.1, atLeast: false },
  ]
  printGoals('Memory', goals)
  if (quick) return
  const machine = describeOwnMachine()
  writeResults('memory', { date: new Date().toISOString(), machine, trials, widths, workers, seconds, samples, goals })
}

async function sampleRun(widths: number, sampled: (sample: Sample) => void): Promise<Sample[]> {
  const folder = mkdtempSync(join(tmpdir(), 'swath-bench-'))
  try {
    writeFileSync(
      join(folder, 'memory.yaml'),
      `program: mlp
method: grid
dataset: { name: mnist, limit: 70 }
checkpoint: { every: 0 }
repeat: ${seeds}
parameters:
  depth: { value: 1 }
  width: { min: 16, max: ${15 + widths} }
  epochs: { value: 1 }
`,
    )
    const child = spawn(process.execPath, [cli, 'run', 'memory.yaml', '--workers', String(workers)], {
      ...{ cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    const samples: Sample[] = []
    let trials = 0
    let last = ''
    for await (const line of createInterface(child.stderr)) {
      last = line
      if (!/^trial \d+ .* completed after/.test(line)) continue
      trials++
      if (trials % every !== 0) continue
      const sample = { trials, megabytes: usageOf(child.pid ?? 0).megabytes }
      samples.push(sample)
      sampled(sample)
    }
    await ended
    if (child.exitCode !== 0) throw new Error(`swath run ended with ${child.exitCode}: ${last}`)
    if (trials !== seeds * widths) throw new Error(`${trials} trials completed`)
    return samples
  } finally {
    rmSync(folder, { recursive: true })
  }
}
