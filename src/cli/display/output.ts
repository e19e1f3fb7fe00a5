import { randomInt } from 'node:crypto'

/**
 * The boundary to the terminal. What swath prints quotes names, values, logs and errors of others, whose control characters
 * could move the cursor, set the clipboard, hide text or turn it round. So everything written to stdout and stderr is
 * escaped here, but for swath's own colours: these carry a mark that is drawn anew in each process, which no text of others
 * can know.
 */
const mark = `;${randomInt(1_000, 10_000)};${randomInt(1_000, 10_000)}`

const escape = '\x1b'
const color = new RegExp(`${escape}\\[(\\d+)m`, 'g')

/** Marks the colour sequences in a text of swath's own. Widths are counted as without the mark. */
export function own(sequences: string): string {
  return sequences.replaceAll(color, `${escape}[$1${mark}m`)
}

/** Controls of C0 and C1 but for tab and newline, separators of lines, controls of direction, and invisible tags. */
const unsafe =
  '[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff\\u{e0000}-\\u{e007f}]'
const parts = new RegExp(`\\r\\n|\\x1b\\[(\\d+)${mark}m|${unsafe}`, 'gu')

/**
 * Returns a text with swath's own colours and no other control sequence. What is taken out stands there as `\u001b`, so
 * that JSON stays the same JSON.
 */
export function harmless(text: string): string {
  return text.replaceAll(parts, (found, color?: string) => {
    if (found === '\r\n') return '\n'
    return color === undefined ? found.replaceAll(/[^]/g, escaped) : `\x1b[${color}m`
  })
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

type Write = NodeJS.WriteStream['write']
const unguardedWrites = new WeakMap<NodeJS.WriteStream, Write>()

/** Has everything that this process writes to stdout and stderr pass the boundary, whichever code writes it. */
export function guardOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (unguardedWrites.has(stream)) continue
    const write = stream.write.bind(stream) as (text: string, ...rest: unknown[]) => boolean
    unguardedWrites.set(stream, write)
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) =>
      write(harmless(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()), ...rest)
  }
}

/** Returns the stream for a display that moves the cursor itself, and whose texts are harmless already. */
export function unguarded(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  const write = unguardedWrites.get(stream)
  return write === undefined ? stream : (Object.create(stream, { write: { value: write } }) as NodeJS.WriteStream)
}

/** Writes data such as CSV to stdout: as it is to a file or a pipe, harmless to a terminal. */
export function writeData(text: string): void {
  const { stdout } = process
  if (stdout.isTTY) stdout.write(text)
  else unguarded(stdout).write(text)
}
