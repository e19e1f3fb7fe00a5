const longestLogLine = 4_000
const linesPerSecond = 1_000

/**
 * A command's output that is no metric, shown as what its trial prints. Nobody reads a thousand lines a second: what is
 * more is counted, so that a flood costs neither memory nor the terminal.
 */
export class CommandLog {
  readonly #write: (text: string) => unknown
  readonly #now: () => number
  #second = -Infinity
  #shown = 0
  #leftOut = 0

  constructor(write: (text: string) => unknown = (text) => process.stdout.write(text), now = () => performance.now()) {
    this.#write = write
    this.#now = now
  }

  line(text: string): void {
    if (text.trim() === '') return
    const second = Math.floor(this.#now() / 1000)
    if (second !== this.#second) {
      this.end()
      this.#second = second
      this.#shown = 0
    }
    if (this.#shown >= linesPerSecond) {
      this.#leftOut += 1
      return
    }
    this.#shown += 1
    this.#write(`${cut(text, longestLogLine)}\n`)
  }

  /** Says what was left out. */
  end(): void {
    if (this.#leftOut > 0) this.#write(`(${this.#leftOut.toLocaleString('en')} more lines)\n`)
    this.#leftOut = 0
  }
}

const linesKept = 20
const longestKeptLine = 1_000

/** The last lines of a command's stderr. */
export class LastLines {
  readonly #lines: string[] = []

  add(text: string): void {
    if (text.trim() === '') return
    this.#lines.push(cut(text, longestKeptLine))
    if (this.#lines.length > linesKept) this.#lines.shift()
  }

  toString(): string {
    return this.#lines.join('\n')
  }
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)} …` : text
}
