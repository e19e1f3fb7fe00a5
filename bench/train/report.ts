import { printGoals, type Goal } from '../goals.ts'
import type { Case } from './cases.ts'
import { ratio, type Race } from './race.ts'
import type { WorkersResult } from './workers.ts'

/** Prints milliseconds a step of each contestant, and how many times as long as swath's it takes. */
export function printRace(title: string, times: Race): void {
  console.log(`\n${title}\n`)
  console.log(`  ${''.padEnd(18)} ${'best'.padStart(9)} ${'median'.padStart(9)}   of swath float32`)
  for (const [name, time] of Object.entries(times)) {
    if ('error' in time) console.log(`  ${name.padEnd(18)} ${time.error}`)
    else {
      const share = ratio(times, name, 'swath float32').toFixed(2)
      console.log(
        `  ${name.padEnd(18)} ${time.best.toFixed(3).padStart(6)} ms ${time.median.toFixed(3).padStart(6)} ms   ${share}×`,
      )
    }
  }
}

export interface TrainResults {
  readonly cases: readonly { readonly case: Case; readonly times: Race }[]
  readonly users: readonly { readonly model: string; readonly times: Race }[]
  readonly recorded: Race
  readonly workers: WorkersResult
}

const float32 = 'swath float32'

/** Prints every goal beside its figure, and returns them. */
export function printTrainGoals({ cases, users, recorded, workers }: TrainResults): Goal[] {
  const goals: Goal[] = []
  const atLeast = (name: string, figure: number, goal: number) => goals.push({ name, figure, goal, atLeast: true })
  const atMost = (name: string, figure: number, goal: number) => goals.push({ name, figure, goal, atLeast: false })
  for (const { case: each, times } of cases) {
    const title = `${each.model}, batch ${each.batch}`
    const isWide = each.model !== '128' && each.model !== 'lenet'
    if (each.model === 'lenet') {
      if (each.batch === 64) atLeast(`${title}: PyTorch fused`, ratio(times, 'torch fused', float32), 1.5)
      continue
    }
    if (each.batch === 1) atLeast(`${title}: PyTorch as written`, ratio(times, 'torch written', float32), 2)
    if (each.batch !== 64) continue
    atLeast(`${title}: PyTorch as written`, ratio(times, 'torch written', float32), isWide ? 3.5 : 2)
    atLeast(`${title}: PyTorch fused`, ratio(times, 'torch fused', float32), 1.7)
    atLeast(`${title}: bfloat16 beside PyTorch's`, ratio(times, 'torch bfloat16', 'swath bfloat16'), 1.4)
    atLeast(`${title}: Keras 3`, ratio(times, 'keras fit', float32), 4.5)
    atLeast(`${title}: tfjs model.fit`, ratio(times, 'swath fit', float32), 7)
    if (isWide) atMost(`${title}: the roofline`, ratio(times, float32, 'swath roofline'), 1.2)
  }
  for (const { model, times } of users) {
    const goal = model.endsWith('normalisation') ? 10 : 4
    atLeast(`${model}: model.fit`, ratio(times, 'swath fit', float32), goal)
  }
  atMost('512, batch 64: written by hand', ratio(recorded, float32, 'swath handwritten'), 1.05)
  atLeast('images/s of two workers, of one', workers.speedUp, 1.9)
  printGoals('How many times as quick as …', goals)
  console.log('\nMemory of a sweep of 784-512-10, at most (goal: 500 MB + 120 MB a worker)\n')
  for (const { workers: count, peakMb, privateMb } of workers.runs) {
    const goal = 500 + 120 * count
    console.log(
      `  ${count} at once: ${peakMb} MB (${privateMb} MB of its own)  ${peakMb <= goal ? '✓' : '✗'} ${goal} MB`,
    )
  }
  return goals
}
