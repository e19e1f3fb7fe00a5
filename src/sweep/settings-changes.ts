import { differences, type SweepSettings } from './definition.ts'

/** What a sweep file says besides the definition of its sweep. */
interface Described {
  readonly description: string | null
  readonly settings: SweepSettings
}

/** Keys that every reader of results takes from the store. */
const readKeys = /^(description|metric\.(name|goal|reduction)|objectives|reductions|power)\b/
/** Keys that a run looks up in the store before each trial. */
const limitKeys = /^(budget|metric\.target|stop_after_failures)\b/

/**
 * Key by key, as the sweep file names them, what `now` has other than `before`: `metric.goal: minimize → maximize`. Paths
 * of programs and what the command line set are left out: they are written, and decide nothing by themselves.
 */
export function settingsChanges(before: Described, now: Described): string[] {
  return differences(asInFile(before), asInFile(now))
}

/** True if a process that runs the sweep takes this change only when it is started again. */
export function waitsForNextRun(change: string): boolean {
  return !readKeys.test(change) && !limitKeys.test(change)
}

function asInFile({ description, settings }: Described): object {
  const { metric, objectives, target, budget, power, retries, timeout, checkpoint, cap, coresPerTrial, tags, env } =
    settings
  const [first, second] = objectives
  // `metric` alone is the one objective.
  const areDerived = second === undefined && first?.name === metric?.name && first?.goal === metric?.goal
  const inFile = {
    description,
    metric: metric && { ...(areDerived ? first : metric), target: target?.value },
    objectives: areDerived ? undefined : objectives,
    ...{ reductions: settings.reductions, budget },
    power: { cpu_watts: power.cpuWatts, ram_watts: power.ramWatts, grams_per_kwh: power.gramsPerKwh },
    ...{ retries, stop_after_failures: settings.stopAfterFailures, timeout, checkpoint },
    // A budget of trials is the cap, too.
    run_cap: cap === budget.trials ? undefined : cap,
    ...{ resources: { cores: coresPerTrial, tags }, env: namesOf(env) },
    dataset: { path: settings.dataset?.path },
  }
  return withoutNulls(inFile)
}

/** Values may be secrets, and changes are printed. */
function namesOf(env: SweepSettings['env']): string[] | undefined {
  const names = Object.keys(env).sort()
  return names.length === 0 ? undefined : names
}

/** What a file leaves out is null in the settings. */
function withoutNulls(value: object): object {
  return JSON.parse(JSON.stringify(value, (_, each: unknown) => each ?? undefined)) as object
}
