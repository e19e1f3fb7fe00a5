import { stripVTControlCharacters } from 'node:util'

import cliTruncate from 'cli-truncate'
import type { MultiBar as Bars, SingleBar } from 'cli-progress'

import { harmless, unguarded } from './output.ts'
import { wrapText } from '../../report/wrap.ts'

export const framesPerSecond = 8

const linesAbove = 5

/** Lines at the bottom of a terminal that change, under lines that stay. */
export interface LiveLines {
  /** Columns that a line may take. */
  readonly width: number
  /** How many lines there is room for, under a few that stay: the terminal cannot redraw what has left it. */
  readonly height: number
  draw(lines: readonly string[]): void
  /** A permanent line above them, or several. */
  above(lines: readonly string[]): void
  /** Gives the terminal back as it was; as often as one likes. */
  close(): void
}

export type OpenLiveLines = (stream: NodeJS.WriteStream, options: LiveLinesOptions) => LiveLines

interface LiveLinesOptions {
  readonly hideCursor: boolean
  /** The last lines stay when they are closed. */
  readonly keep: boolean
}

/** Loads what draws them, which nobody needs who has no terminal. */
export async function loadLiveLines(): Promise<OpenLiveLines> {
  const { MultiBar } = await import('cli-progress')
  return (stream, options) => openLiveLines(MultiBar, stream, options)
}

function openLiveLines(
  MultiBar: typeof Bars,
  target: NodeJS.WriteStream,
  { hideCursor, keep }: LiveLinesOptions,
): LiveLines {
  // It moves the cursor; every text that it is given passes `harmless` here.
  const stream = unguarded(target)
  const bars = new MultiBar({
    ...{ format: '{text}', stream, fps: framesPerSecond, hideCursor, clearOnComplete: !keep, forceRedraw: true },
  })
  const lines: SingleBar[] = []
  let isOpen = true

  const columns = () => Math.max((stream.columns || 80) - 1, 10)
  const close = () => {
    if (!isOpen) return
    isOpen = false
    process.off('exit', close)
    if (lines.length === 0) return
    bars.update()
    bars.stop()
  }
  process.on('exit', close)

  return {
    get width() {
      return columns()
    },
    get height() {
      return Math.max((stream.rows || 24) - linesAbove, 2)
    },
    draw(texts) {
      if (!isOpen) return
      for (const [k, text] of texts.entries()) {
        const fitted = { text: cliTruncate(harmless(text), columns()) }
        const line = lines[k] ?? bars.create(1, 0, fitted)
        if (lines[k] === undefined) lines.push(line)
        // The bars switch wrapping off and a killed process would leave it so; lines are fitted, so it may stay on.
        if (k === 0 && lines.length === 1) stream.write('\x1b[?7h')
        line.update(0, fitted)
      }
      for (const line of lines.slice(texts.length)) line.update(0, { text: '' })
    },
    above(texts) {
      for (const text of texts.map(harmless)) {
        // What was drawn on that line before is longer, perhaps.
        if (isOpen && lines.length > 0) bars.log(`${text}\x1b[K\n`)
        else stream.write(`${text}\n`)
      }
    },
    close,
  }
}

/** What a program or a library says, in lines that cannot move the cursor. */
export function quietLines(text: string, width: number): string[] {
  const harmless = stripVTControlCharacters(text)
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Cc}\n]/gu, ' ')
  return wrapText(harmless, width)
}
