import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'

import { formatCompact, formatCount, formatDuration } from '../../report/format.ts'
import type { RunHeader } from '../../run/events.ts'
import type { TrialOutcome } from '../../workers/protocol.ts'
import { progressBar, type DisplayStyle } from './style.ts'
import { quietLines } from './live-lines.ts'
import { fractionOf, type TrackedTrial } from './run-tracker.ts'
import { describeOutcome, describeParameters, describeReport } from './words.ts'

type Fact = 'epoch' | 'speed' | 'loss' | 'metric'

/** From the most to the least that a line can say: in words, in short, and without what matters less. */
const vocabularies: readonly { readonly facts: readonly Fact[]; readonly short: boolean; readonly bar: number }[] = [
  { facts: ['epoch', 'speed', 'loss', 'metric'], short: false, bar: 10 },
  { facts: ['epoch', 'speed', 'loss', 'metric'], short: true, bar: 8 },
  { facts: ['epoch', 'loss', 'metric'], short: true, bar: 8 },
  { facts: ['epoch', 'metric'], short: true, bar: 6 },
]
const fewest = { facts: ['epoch', 'metric'], short: true, bar: 0 } as const
const longestBar = 24
const gap = '  '

/** The lines of trials, running and ended, in columns that stay where they are once they are there. */
export class TrialLines {
  readonly #style: DisplayStyle
  readonly #idWidth: number
  #nameWidth = 0
  /** The widest that each fact has been so far, in words and in short. */
  readonly #widths = new Map<string, number>()

  constructor(header: RunHeader, style: DisplayStyle) {
    this.#style = style
    this.#idWidth = [...header.work.keys()].reduce((most, id) => Math.max(most, String(id).length), 2)
  }

  /** `   7  depth 2, width 512  ━━━━────  epoch 1/2  58,231 images/s  loss 0.2134  val accuracy 96.31 %` */
  running(trials: readonly TrackedTrial[], width: number): string[] {
    for (const trial of trials) this.#remember(trial)
    const nameWidth = Math.min(this.#nameWidth, Math.floor(width * 0.45))
    const left = width - this.#lead - nameWidth - gap.length
    const words = vocabularies.find(({ facts, short, bar }) => this.#needed(facts, short) + bar <= left) ?? fewest
    const bar = Math.min(left - this.#needed(words.facts, words.short), longestBar)
    return trials.map((trial) => {
      const start = `${gap}${String(trial.id).padStart(this.#idWidth)}${gap}${this.#name(trial, nameWidth)}${gap}`
      if (trial.progress === undefined) return start + this.#style.colors.dim('loading')
      const facts = words.facts.map((fact) => factText(trial, fact, words.short).padEnd(this.#width(fact, words.short)))
      const drawn = bar < fewest.bar + 6 ? '' : progressBar(fractionOf(trial), bar, this.#style)
      return start + [...(drawn === '' ? [] : [drawn]), ...facts.filter((fact) => fact !== '')].join(gap).trimEnd()
    })
  }

  /** `✓ 12  depth 3, width 1024  3.58 s  test accuracy 96.30 %`, or why it failed. */
  ended(trial: TrackedTrial, outcome: TrialOutcome, seconds: number, width: number): string[] {
    const { colors, marks } = this.#style
    this.#remember(trial)
    const id = String(trial.id).padStart(this.#idWidth)
    if (outcome.status === 'failed') {
      const text = `${describeParameters(trial.label)}${gap}${describeOutcome(outcome, seconds)}`
      const [first = '', ...rest] = quietLines(text, width - this.#lead)
      const indent = ' '.repeat(this.#lead)
      return [
        `${colors.red(marks.bad)} ${colors.red(`${id}${gap}${first}`)}`,
        ...rest.map((l) => indent + colors.red(l)),
      ]
    }
    const nameWidth = Math.min(this.#nameWidth, Math.floor(width * 0.45))
    const took = (outcome.status === 'completed' ? '' : `${outcome.status} after `) + formatDuration(seconds)
    const start = `${id}${gap}${this.#name(trial, nameWidth)}${gap}${took.padStart(6)}`
    const metric = describeReport(trial.report, trial.objectives, Math.max(trial.objectives.length, 1))
    const why = outcome.status === 'stopped' ? (outcome.reason?.replace(/^stopped /, '') ?? '') : ''
    return [
      `${colors.green(marks.good)} ${start}${metric === '' ? '' : gap}${metric}`,
      ...(why === '' ? [] : quietLines(why, width - this.#lead)).map(
        (line) => ' '.repeat(this.#lead) + colors.dim(line),
      ),
    ]
  }

  get #lead(): number {
    return gap.length + this.#idWidth + gap.length
  }

  #name({ label }: TrackedTrial, width: number): string {
    const name = describeParameters(label)
    const cut = stringWidth(name) > width ? cliTruncate(name, width) : name
    return cut + ' '.repeat(Math.max(width - stringWidth(cut), 0))
  }

  #remember(trial: TrackedTrial): void {
    this.#nameWidth = Math.max(this.#nameWidth, stringWidth(describeParameters(trial.label)))
    for (const fact of ['epoch', 'speed', 'loss', 'metric'] as const) {
      for (const short of [false, true]) {
        const width = stringWidth(factText(trial, fact, short))
        this.#widths.set(`${fact} ${short}`, Math.max(this.#width(fact, short), width))
      }
    }
  }

  #width(fact: Fact, short: boolean): number {
    return this.#widths.get(`${fact} ${short}`) ?? 0
  }

  /** Columns that these facts take, the gap before each included. */
  #needed(facts: readonly Fact[], short: boolean): number {
    return facts.map((fact) => this.#width(fact, short)).reduce((sum, w) => sum + (w === 0 ? 0 : w + gap.length), 0)
  }
}

function factText({ progress, report, objectives }: TrackedTrial, fact: Fact, short: boolean): string {
  switch (fact) {
    case 'epoch':
      return progress === undefined ? '' : `${short ? '' : 'epoch '}${progress.epoch}/${progress.epochs}`
    case 'speed': {
      const speed = progress?.imagesPerSecond
      if (speed === undefined) return ''
      return short ? `${formatCompact(speed).padStart(5)} img/s` : `${formatCount(speed).padStart(7)} images/s`
    }
    case 'loss':
      return progress?.loss === undefined ? '' : `loss ${fourDigits(progress.loss)}`
    case 'metric': {
      const text = describeReport(report, objectives, 1)
      return short ? text.replace(/^val accuracy/, 'val') : text
    }
  }
}

/** `0.1818`, `2.303`, `1.2e-7`: zeros at the end stay, so that the number does not jump about. */
function fourDigits(value: number): string {
  const isOrdinary = value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4)
  return isOrdinary ? value.toFixed(Math.abs(value) < 1 ? 4 : Math.abs(value) < 10 ? 3 : 2) : value.toExponential(1)
}
