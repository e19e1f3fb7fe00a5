import type { Parameters } from '../programs/program.ts'
import type { SweepSettings } from '../sweep/definition.ts'
import type { RunningTrial } from './events.ts'

/** Returns what displays say of a trial that starts. @param telling parameters that tell the sweep's trials apart */
export function startedTrial(
  { id, worker, params }: { readonly id: number; readonly worker: number; readonly params: Parameters },
  { objectives }: Pick<SweepSettings, 'objectives'>,
  telling: readonly string[],
): RunningTrial {
  const names = telling.filter((name) => Object.hasOwn(params, name))
  const label = Object.fromEntries(names.map((name) => [name, params[name] ?? null]))
  return { id, worker, label, objectives: objectives.map(({ name }) => name) }
}
