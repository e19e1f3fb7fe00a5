import { bestFile } from '../results/best-file.ts'
import { bestPoints } from '../results/best.ts'
import { readPointsAt } from '../results/point-reading.ts'
import { readPoints } from '../results/points.ts'
import { SwathError } from '../errors.ts'
import { findSweep } from '../store/find-sweep.ts'
import { findTrial } from '../store/find-trial.ts'
import type { Store } from '../store/store.ts'
import { describeMetric } from './display/words.ts'
import { storedParameters } from '../store/trial-parameters.ts'

/** Prints the best point of a sweep, by its first objective, as a sweep file. */
export async function printBestOfSweep(store: Store, name: string): Promise<void> {
  const sweep = await findSweep(store, name)
  const points = await readPoints(store.db, sweep)
  const [best] = await readPointsAt(store.db, points, bestPoints(points, 1))
  if (best === undefined || points.objectives.length === 0) {
    throw new SwathError('usage', `${name} has completed no trial yet that reports what it is for`, {
      hint: `\`swath show ${name}\` says how far it is`,
    })
  }
  const values = Object.entries(best.values).map(([metric, { mean }]) => describeMetric(metric, mean))
  const about = `The best of ${sweep.name}, trial ${best.trial}: ${values.join(', ')}`
  process.stdout.write(bestFile(sweep, best.params, { folder: process.cwd(), about }))
}

/** Prints what a trial was trained with as a sweep file. */
export async function printTrialFile(store: Store, id: number): Promise<void> {
  const { trial, sweep } = await findTrial(store, id)
  const about = `Trial ${id} of ${sweep.name}`
  process.stdout.write(bestFile(sweep, storedParameters(trial), { folder: process.cwd(), about }))
}
