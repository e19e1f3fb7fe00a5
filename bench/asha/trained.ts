import { runSweep } from '../run-sweep.ts'

/** A sweep that was trained, in the order in which its trials ended. */
export interface Sweep {
  readonly title: string
  readonly seconds: number
  readonly trials: readonly Trained[]
}

export interface Trained {
  readonly params: string
  readonly state: string
  readonly flops: number
  readonly epochs: number
  /** By epoch. */
  readonly curve: readonly number[]
  /** After the last epoch. */
  readonly val_accuracy: number
  /** Of a trial that was trained to its end. */
  readonly test_accuracy: number | null
}

/** By trial and epoch. */
interface Reported extends Omit<Trained, 'curve' | 'epochs'> {
  readonly number: number
  readonly epoch: number
}

const reported = `
  select t.number, t.params, t.state, t.flops, m.epoch, m.value as val_accuracy,
    (select value from trial_metrics x where x.trial_id = t.id and x.name = 'test_accuracy') as test_accuracy
  from trials t join metrics m on m.trial_id = t.id and m.name = 'val_accuracy'
  order by t.finished_at, t.number, m.epoch`

export async function train(file: string, title: string, settings: readonly string[]): Promise<Sweep> {
  const { seconds, rows } = await runSweep(file, settings, reported)
  const byTrial = new Map<number, Reported[]>()
  for (const report of rows as unknown as Reported[]) {
    const reports = byTrial.get(report.number) ?? []
    byTrial.set(report.number, [...reports, report])
  }
  const trials = [...byTrial.values()].flatMap((reports) => {
    const last = reports.at(-1)
    if (last === undefined) return []
    const { params, state, flops, epoch, val_accuracy, test_accuracy } = last
    const curve = reports.map((report) => report.val_accuracy)
    return [{ params, state, flops, epochs: epoch, curve, val_accuracy, test_accuracy }]
  })
  console.log(`${title}: ${trials.length} trials in ${seconds.toFixed(0)} s`)
  return { title, seconds, trials }
}

/** By validation, as somebody would choose who has not seen the test images. */
export function bestOf(trials: readonly Trained[]): Trained {
  const completed = trials.filter(({ state }) => state === 'completed')
  const [first] = completed.toSorted((a, b) => b.val_accuracy - a.val_accuracy)
  if (first === undefined) throw new Error('no trial was trained to its end')
  return first
}

/** Up to a factor that all have in common. */
export function flopsOf(trials: readonly Trained[]): number {
  return trials.reduce((sum, { flops, epochs }) => sum + flops * epochs, 0)
}
