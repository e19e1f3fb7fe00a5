import { stripVTControlCharacters } from 'node:util'

import type { RunObserver } from '../../run/events.ts'
import { RunTracker } from './run-tracker.ts'
import {
  describeHeader,
  describeOutcome,
  describeParameters,
  describePostponed,
  describeReport,
  describeTimeToGo,
} from './words.ts'

/** A run for a pipe or a log: a line an epoch and a line a trial, nothing that moves. */
export function plainDisplay(stream: NodeJS.WriteStream = process.stderr): RunObserver {
  const said: string[] = []
  const flush = () => {
    if (said.length > 0) stream.write(said.splice(0).join(''))
  }
  /** Short trials end many at once: what is said in one turn is written at its end. */
  const say = (line: string) => {
    if (said.push(`${line}\n`) === 1) setImmediate(flush)
  }
  let tracker: RunTracker | undefined
  return {
    started(header) {
      tracker = new RunTracker(header)
      for (const [name, value] of describeHeader(header)) say(`${name.padEnd(8)} ${value}`)
    },
    trialStarted(trial) {
      tracker?.start(trial, Date.now())
    },
    trialProgress(trialId, progress) {
      tracker?.progress(trialId, progress)
    },
    trialReported(trialId, report) {
      const trial = tracker?.report(trialId, report)
      if (trial === undefined) return
      const metrics = describeReport(report, trial.objectives)
      say(`trial ${trialId} (${describeParameters(trial.label)}) epoch ${report.epoch}: ${metrics}`)
    },
    trialFinished(trialId, outcome) {
      const trial = tracker?.finish(trialId, outcome, Date.now())
      if (tracker === undefined || trial === undefined) return
      const seconds = (Date.now() - trial.startedAt) / 1000
      say(`trial ${trialId} (${describeParameters(trial.label)}) ${describeOutcome(outcome, seconds)}`)
      const { done, header } = tracker
      if (done < header.trials && outcome.status !== 'cancelled') {
        say(`${done} of ${header.trials} trials, ${describeTimeToGo(tracker.secondsToGo(Date.now()))}`)
      }
    },
    trialPostponed(trialId, failure) {
      const trial = tracker?.postpone(trialId)
      if (trial !== undefined)
        say(`trial ${trialId} (${describeParameters(trial.label)}) ${describePostponed(failure)}`)
    },
    // Programs colour their logs.
    note: (text) => {
      say(stripVTControlCharacters(text))
    },
    finished() {
      flush()
      tracker = undefined
    },
  }
}
