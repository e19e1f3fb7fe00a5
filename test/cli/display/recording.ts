import { stripVTControlCharacters } from 'node:util'

import type { RunHeader } from '../../../src/run/events.ts'

/** A stream that keeps what is written to it; a terminal if it has columns. */
export function recordingStream(columns?: number): {
  readonly stream: NodeJS.WriteStream
  readonly text: () => string
} {
  let written = ''
  const stream = {
    ...{ isTTY: columns !== undefined, columns, rows: 24 },
    write(chunk: string) {
      written += chunk
      return true
    },
  }
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => written }
}

export function linesOf(text: string): string[] {
  return stripVTControlCharacters(text).split('\n')
}

export const header: RunHeader = {
  ...{ sweep: 'grid', trials: 3, done: 0, workers: 2, coresPerTrial: 1 },
  ...{ runtime: 'TensorFlow 2.21.0', store: 'sqlite:swath.db' },
  work: new Map([
    [1, 1],
    [2, 1],
    [3, 2],
  ]),
}
