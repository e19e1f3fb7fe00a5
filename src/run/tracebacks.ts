import type { RunObserver } from './events.ts'
import { normalized } from './failure-signature.ts'

const pythonTraceback = 'Traceback (most recent call last):'
const chained =
  /^(?:During handling of the above exception, another exception occurred|The above exception was the direct cause of the following exception):/
/** What `console.error(error)` prints, in one piece. */
const javaScriptStack = /\n\s+at \S/

/** A traceback that was shown. */
interface Shown {
  readonly trialId: number
  /** Its last line: the error. */
  readonly error: string
  readonly others: Set<number>
}

/** Shows what programs print. Of tracebacks that differ only in numbers and paths, a run shows one and counts the others. */
export class Tracebacks {
  readonly #observer: Pick<RunObserver, 'note'>
  readonly #shown = new Map<string, Shown>()
  /** Lines of a traceback that is not complete yet, by trial. */
  readonly #open = new Map<number, string[]>()

  constructor(observer: Pick<RunObserver, 'note'>) {
    this.#observer = observer
  }

  /** Takes what a trial printed: a line, or several at once. */
  log(trialId: number, printed: string): void {
    const text = printed.trimEnd()
    if (javaScriptStack.test(text)) {
      this.#traceback(trialId, [text], text.split('\n', 1)[0] ?? '')
      return
    }
    for (const line of text.split('\n')) this.#line(trialId, line)
  }

  /** Shows what is left of a traceback that a trial has not printed to its end. */
  ended(trialId: number): void {
    const lines = this.#open.get(trialId)
    this.#open.delete(trialId)
    if (lines !== undefined) this.#show(trialId, lines)
  }

  /** Says how often each traceback came again. Call it at the end of a run. */
  settled(): void {
    for (const trialId of [...this.#open.keys()]) this.ended(trialId)
    for (const { trialId, error, others } of this.#shown.values()) {
      if (others.size === 0) continue
      const trials = others.size === 1 ? '1 more trial' : `${others.size} more trials`
      this.#observer.note(`… and ${trials} failed the same way as trial ${trialId}: ${error}`)
    }
    this.#shown.clear()
  }

  #line(trialId: number, line: string): void {
    const open = this.#open.get(trialId)
    if (open === undefined) {
      if (line.startsWith(pythonTraceback) || chained.test(line)) this.#open.set(trialId, [line])
      else this.#show(trialId, [line])
      return
    }
    open.push(line)
    const isWithin = /^\s/.test(line) || line === '' || line.startsWith(pythonTraceback)
    if (isWithin) return
    this.#open.delete(trialId)
    this.#traceback(trialId, open, line)
  }

  #traceback(trialId: number, lines: readonly string[], error: string): void {
    const key = normalized(lines.join('\n'))
    const known = this.#shown.get(key)
    if (known === undefined) {
      this.#shown.set(key, { trialId, error, others: new Set() })
      this.#show(trialId, lines)
    } else if (known.trialId !== trialId) known.others.add(trialId)
  }

  #show(trialId: number, lines: readonly string[]): void {
    for (const line of lines) this.#observer.note(`trial ${trialId}: ${line}`)
  }
}
