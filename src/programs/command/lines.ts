import type { Readable } from 'node:stream'

/** A longer line is cut here: nothing that a command prints may take memory without bound. A report may hold long texts. */
const longestLine = 16 * 2 ** 20

/** The lines of a stream; reads on only while lines are asked for, and ends without an error where the stream is destroyed. */
export async function* lines(stream: Readable, longest = longestLine): AsyncGenerator<string> {
  const line = new Line(longest)
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let start = 0
      for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
        line.add(chunk.subarray(start, end))
        yield line.take()
        start = end + 1
      }
      line.add(chunk.subarray(start))
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
  if (!line.isEmpty) yield line.take()
}

const carriageReturn = 13

/** The line under way. What follows a carriage return overwrites what was there, as a terminal does: a progress bar is one line. */
class Line {
  readonly #longest: number
  #parts: Buffer[] = []
  #kept = 0
  #length = 0
  #endsInReturn = false

  constructor(longest: number) {
    this.#longest = longest
  }

  get isEmpty(): boolean {
    return this.#length === 0
  }

  add(part: Buffer): void {
    if (part.length === 0) return
    if (this.#endsInReturn) this.#clear()
    this.#endsInReturn = part.at(-1) === carriageReturn
    const body = this.#endsInReturn ? part.subarray(0, -1) : part
    const overwrites = body.lastIndexOf(carriageReturn)
    if (overwrites >= 0) this.#clear()
    const rest = body.subarray(overwrites + 1)
    const kept = rest.subarray(0, this.#longest - this.#kept)
    // An empty part would hold on to the memory of its chunk.
    if (kept.length > 0) this.#parts.push(kept)
    this.#kept += kept.length
    this.#length += rest.length
  }

  take(): string {
    const text = Buffer.concat(this.#parts).toString()
    const cut = this.#length > this.#kept ? ` … (${this.#length.toLocaleString('en')} bytes)` : ''
    this.#clear()
    this.#endsInReturn = false
    return text + cut
  }

  #clear(): void {
    this.#parts = []
    this.#kept = 0
    this.#length = 0
  }
}
