import type { Report } from '../../programs/program.ts'
import type { RunObserver, RunningTrial } from '../../run/events.ts'
import { describeOutcome, describeParameters, describePostponed, describeReport } from './words.ts'

/** What a host trains, a line an epoch and a line a trial: it has no end that a bar could show. */
export function hostDisplay(stream: NodeJS.WriteStream = process.stderr): RunObserver {
  const running = new Map<number, RunningTrial & { readonly startedAt: number }>()
  const say = (line: string) => stream.write(`${line}\n`)
  const about = (trialId: number) => `trial ${trialId} (${describeParameters(running.get(trialId)?.label ?? {})})`
  const end = (trialId: number, text: string) => {
    say(`${about(trialId)} ${text}`)
    running.delete(trialId)
  }
  return {
    started: () => undefined,
    trialStarted(trial) {
      running.set(trial.id, { ...trial, startedAt: Date.now() })
    },
    trialProgress: () => undefined,
    trialReported(trialId: number, report: Report) {
      say(`${about(trialId)} epoch ${report.epoch}: ${describeReport(report, running.get(trialId)?.objectives ?? [])}`)
    },
    trialFinished(trialId, outcome) {
      const seconds = (Date.now() - (running.get(trialId)?.startedAt ?? Date.now())) / 1000
      end(trialId, describeOutcome(outcome, seconds))
    },
    trialPostponed(trialId, failure) {
      end(trialId, describePostponed(failure))
    },
    note: say,
    finished: () => undefined,
  }
}
