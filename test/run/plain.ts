import { studyPower } from '../../src/inference/energy.ts'
import type { RunObserver } from '../../src/run/events.ts'
import type { SweepSettings } from '../../src/sweep/definition.ts'

/** Of a sweep, where a test does not say otherwise. */
export const plainSettings: SweepSettings = {
  ...{
    program: { builtin: 'mlp' },
    dataset: null,
    coresPerTrial: 0,
    tags: [],
    env: {},
    metric: null,
    objectives: [],
    cap: 100,
    retries: 0,
    stopAfterFailures: 5,
    sources: { folder: '/', send: false },
    overrides: [],
    reductions: {},
  },
  ...{ budget: {}, power: studyPower, target: null },
  ...{ timeout: { trial: null, epoch: null }, checkpoint: { every: 0, keep: 'last' } },
}

const ignore = () => undefined

/** Of a run that nobody looks at. */
export const ignoring: RunObserver = {
  ...{ started: ignore, trialStarted: ignore, trialReported: ignore, trialProgress: ignore, note: ignore },
  ...{ trialFinished: ignore, trialPostponed: ignore, finished: ignore },
}
