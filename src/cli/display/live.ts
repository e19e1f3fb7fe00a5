import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'
import type { MultiBar, SingleBar } from 'cli-progress'

import { formatCount, formatMetric, formatNumber } from '../../report/format.ts'
import type { RunObserver } from '../../run/events.ts'
import { colors, isUnicode } from '../terminal.ts'
import { fractionOf, RunTracker, type TrackedTrial } from './run-tracker.ts'
import { describeHeader, describeOutcome, describeParameters, describeReport, describeTimeToGo } from './words.ts'

const framesPerSecond = 8

/** A run before somebody's eyes: a line a running trial and one for all, ended trials above them. */
export async function liveDisplay(stream: NodeJS.WriteStream = process.stderr): Promise<RunObserver> {
  const { MultiBar } = await import('cli-progress')
  const marks = isUnicode()
    ? { full: '━', rest: '─', good: '✓', bad: '✗' }
    : { full: '#', rest: '-', good: 'ok', bad: '!!' }
  let tracker: RunTracker | undefined
  let bars: MultiBar | undefined
  let timer: NodeJS.Timeout | undefined
  let overall: SingleBar | undefined
  /** One bar a worker, so that lines do not jump when trials end. */
  const lines = new Map<number, SingleBar>()

  const fit = (text: string) => cliTruncate(text, stream.columns - 1)
  const above = (text: string) => {
    if (bars === undefined) stream.write(`${text}\n`)
    else for (const line of text.split('\n')) bars.log(`${fit(line)}\n`)
    bars?.update()
  }
  const draw = () => {
    if (tracker === undefined) return
    for (const [worker, line] of lines) {
      const trial = [...tracker.running.values()].find((candidate) => candidate.worker === worker)
      line.update(0, { text: fit(trial === undefined ? '' : trialLine(trial, marks, stream.columns)) })
    }
    overall?.update(0, { text: fit(overallLine(tracker, marks)) })
  }

  return {
    started(header) {
      tracker = new RunTracker(header)
      for (const [name, value] of describeHeader(header)) stream.write(`${colors.dim(name.padEnd(8))} ${value}\n`)
      stream.write('\n')
      bars = new MultiBar({
        format: '{text}',
        hideCursor: true,
        stream,
        fps: framesPerSecond,
        clearOnComplete: true,
        forceRedraw: true,
      })
      for (let worker = 1; worker <= header.workers; worker++) lines.set(worker, bars.create(1, 0, { text: '' }))
      overall = bars.create(1, 0, { text: '' })
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
      const trial = tracker?.finish(trialId, outcome, Date.now())
      if (trial === undefined || outcome.status === 'cancelled') return
      const subject = `trial ${trialId} ${colors.dim(describeParameters(trial.label))}`
      const ending = describeOutcome(outcome, (Date.now() - trial.startedAt) / 1000)
      if (outcome.status === 'failed') above(`${colors.red(marks.bad)} ${subject} ${colors.red(ending)}`)
      else {
        const result = trial.report === undefined ? '' : `${describeReport(trial.report, 1)}, `
        above(`${colors.green(marks.good)} ${subject} ${result}${ending}`)
      }
      draw()
    },
    note: above,
    finished() {
      clearInterval(timer)
      bars?.stop()
      bars = undefined
      tracker = undefined
      lines.clear()
    },
  }
}

interface Marks {
  readonly full: string
  readonly rest: string
}

/** `  7  depth 2, width 512  ━━━━──── epoch 1/2  58,231 images/s  loss 0.2134  val accuracy 96.31 %` */
function trialLine(trial: TrackedTrial, marks: Marks, width: number): string {
  const name = `${String(trial.id).padStart(4)}  ${describeParameters(trial.label)}`
  const { progress, report } = trial
  if (progress === undefined) return `${name}  ${colors.dim('loading')}`
  const facts = [`epoch ${progress.epoch}/${progress.epochs}`]
  if (progress.imagesPerSecond !== undefined) facts.push(`${formatCount(progress.imagesPerSecond)} images/s`)
  if (progress.loss !== undefined) facts.push(`loss ${formatNumber(Number(progress.loss.toPrecision(4)))}`)
  const accuracy = report?.val_accuracy
  if (accuracy !== undefined) facts.push(`val accuracy ${formatMetric('val_accuracy', accuracy)}`)
  const text = facts.join('  ')
  // The bar takes what the words leave, so that the words are what survives on a narrow terminal.
  const room = Math.min(Math.max(width - stringWidth(name) - stringWidth(text) - 6, 0), 24)
  return `${name}  ${room < 6 ? '' : `${bar(fractionOf(trial), room, marks)} `}${text}`
}

function overallLine(tracker: RunTracker, marks: Marks): string {
  const { done, header, fraction } = tracker
  const left = describeTimeToGo(tracker.secondsToGo(Date.now()))
  return `${bar(fraction, 20, marks)} ${colors.bold(`${done}/${header.trials}`)} trials, ${left}`
}

function bar(fraction: number, width: number, marks: Marks): string {
  const full = Math.round(fraction * width)
  return colors.cyan(marks.full.repeat(full)) + colors.dim(marks.rest.repeat(width - full))
}
