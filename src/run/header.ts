import { commandTitle } from '../programs/command/resolve.ts'
import { usesTensorFlow } from '../programs/uses-tensorflow.ts'
import { keptProgram } from '../store/programs.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { SweepSettings } from '../sweep/definition.ts'
import { describeRuntime, findRuntime } from '../tensorflow/runtime.ts'
import type { RunHeader } from './events.ts'
import type { Outlook } from './outlook.ts'
import { isPlannedLater } from './planner.ts'

/** Returns what a run tells its observer before it trains. @param layout workers of this process, and the cores of each */
export async function runHeader(
  {
    store,
    sweep,
    settings,
    outlook,
  }: {
    readonly store: Store
    readonly sweep: SweepRow
    readonly settings: SweepSettings
    readonly outlook: Outlook
  },
  layout: Pick<RunHeader, 'workers' | 'coresPerTrial'>,
): Promise<RunHeader> {
  return {
    ...{ sweep: sweep.name, store: store.location, work: outlook.work, ...layout },
    trials: isPlannedLater(sweep) ? Math.max(settings.cap, outlook.trials) : outlook.trials,
    done: outlook.trials - outlook.work.size,
    runtime: await runtimeOf(store, sweep, settings),
  }
}

async function runtimeOf(store: Store, { program_sha256 }: SweepRow, { program }: SweepSettings) {
  if ('command' in program) return commandTitle(program)
  const version = program_sha256 === null ? undefined : await keptProgram(store.db, program_sha256)
  return usesTensorFlow(program, version) ? describeRuntime(findRuntime()) : undefined
}
