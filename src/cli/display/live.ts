import type { RunObserver } from '../../run/events.ts'
import { framesPerSecond, loadLiveLines, quietLines } from './live-lines.ts'
import { RunTracker } from './run-tracker.ts'
import { progressBar, styleFor } from './style.ts'
import { TrialLines } from './trial-lines.ts'
import { describeHeader, describeParameters, describePostponed, describeTimeToGo } from './words.ts'

/** A run before somebody's eyes: a line a running trial and one for all, ended trials above them. */
export async function liveDisplay(stream: NodeJS.WriteStream = process.stderr): Promise<RunObserver> {
  const style = styleFor(stream)
  const { colors } = style
  const live = (await loadLiveLines())(stream, { hideCursor: true, keep: false })
  let tracker: RunTracker | undefined
  let lines: TrialLines | undefined
  let timer: NodeJS.Timeout | undefined
  /** A line belongs to one trial until that ends, so that lines do not jump. */
  let slots: (number | undefined)[] = []

  const draw = () => {
    if (tracker === undefined || lines === undefined) return
    const { running, header, done, failed, fraction } = tracker
    slots = fillSlots(slots, [...running.keys()], Math.min(header.workers, live.height - 1))
    const shown = slots.map((id) => (id === undefined ? undefined : running.get(id)))
    const texts = lines.running(
      shown.filter((trial) => trial !== undefined),
      live.width,
    )
    const hidden = running.size - texts.length
    const facts = [
      `${colors.bold(`${done}/${header.trials}`)} trials`,
      ...(failed > 0 ? [colors.red(`${failed} failed`)] : []),
      ...(hidden > 0 ? [`${hidden} more running`] : []),
      describeTimeToGo(tracker.secondsToGo(Date.now())),
    ]
    const overall = `${progressBar(fraction, Math.min(20, Math.floor(live.width / 4)), style)} ${facts.join(', ')}`
    live.draw([...shown.map((trial) => (trial === undefined ? '' : (texts.shift() ?? ''))), overall])
  }

  return {
    started(header) {
      tracker = new RunTracker(header)
      lines = new TrialLines(header, style)
      for (const [name, value] of describeHeader(header)) stream.write(`${colors.dim(name.padEnd(8))} ${value}\n`)
      stream.write('\n')
      timer = setInterval(draw, 1000 / framesPerSecond)
      draw()
    },
    trialStarted(trial) {
      tracker?.start(trial, Date.now())
    },
    trialProgress(trialId, progress) {
      tracker?.progress(trialId, progress)
    },
    trialReported(trialId, report) {
      tracker?.report(trialId, report)
    },
    trialFinished(trialId, outcome) {
      const now = Date.now()
      const trial = tracker?.finish(trialId, outcome, now)
      if (trial === undefined || lines === undefined || outcome.status === 'cancelled') return
      live.above(lines.ended(trial, outcome, (now - trial.startedAt) / 1000, live.width))
    },
    trialPostponed(trialId, failure) {
      const trial = tracker?.postpone(trialId)
      if (trial === undefined) return
      const text = `trial ${trialId} (${describeParameters(trial.label)}) ${describePostponed(failure)}`
      live.above(quietLines(text, live.width))
    },
    note(text) {
      live.above(quietLines(text, live.width))
    },
    finished() {
      clearInterval(timer)
      live.close()
      tracker = undefined
    },
  }
}

/** Keeps running trials where they are and gives free lines to those that have none. */
export function fillSlots(
  slots: readonly (number | undefined)[],
  running: readonly number[],
  count: number,
): (number | undefined)[] {
  const kept = Array.from({ length: count }, (_, k) => {
    const id = slots[k]
    return id !== undefined && running.includes(id) ? id : undefined
  })
  const homeless = running.filter((id) => !kept.includes(id))
  return kept.map((id) => id ?? homeless.shift())
}
