import { formatDuration } from '../../report/format.ts'
import type { Part, SetupObserver } from '../../setup/progress.ts'
import { isLive } from '../terminal.ts'
import { framesPerSecond, loadLiveLines, type LiveLines } from './live-lines.ts'
import { progressBar, styleFor } from './style.ts'

/** Shows a first set-up: bars on a terminal, a line a phase elsewhere. Silent where nothing has to be done. */
export async function setupProgress(stream: NodeJS.WriteStream = process.stderr): Promise<SetupObserver> {
  return isLive(stream) ? liveProgress(stream) : plainProgress(stream)
}

function plainProgress(stream: NodeJS.WriteStream): SetupObserver {
  const said = new Map<Part, string>()
  return {
    phase(part, phase) {
      if (said.get(part) === phase) return
      said.set(part, phase)
      stream.write(`${part}: ${phase}\n`)
    },
    done(part, error) {
      if (said.has(part)) stream.write(`${part}: ${error === undefined ? 'ready' : 'failed'}\n`)
    },
  }
}

interface PartState {
  readonly startedAt: number
  phase: string
  phaseStartedAt: number
  fraction: number | undefined
  ended: 'ready' | 'failed' | undefined
}

const barWidth = 20
const nameWidth = 'SQLite driver'.length
/** A phase that says nothing of how far it is shows at least that time passes, after these seconds. */
const patience = 2

async function liveProgress(stream: NodeJS.WriteStream): Promise<SetupObserver> {
  const style = styleFor(stream)
  const openLines = await loadLiveLines()
  /** What is being made, or was since the lines were opened. */
  const parts = new Map<Part, PartState>()
  let live: LiveLines | undefined
  let timer: NodeJS.Timeout | undefined
  let isAnnounced = false

  const line = (part: Part, { phase, startedAt, phaseStartedAt, fraction, ended }: PartState) => {
    const { colors, marks } = style
    const name = part.padEnd(nameWidth)
    const now = Date.now()
    if (ended === 'ready') return `${colors.green(marks.good)} ${name}  ready after ${seconds(now - startedAt)}`
    if (ended === 'failed') return `${colors.red(marks.bad)} ${name}  ${colors.red('failed')}`
    const waited = now - phaseStartedAt
    const elapsed = fraction === undefined && waited > patience * 1000 ? `, ${seconds(waited)}` : ''
    return `  ${name}  ${progressBar(fraction ?? 0, barWidth, style)}  ${phase}${colors.dim(elapsed)}`
  }
  const draw = () => live?.draw([...parts].map(([part, state]) => line(part, state)))

  return {
    phase(part, phase, fraction) {
      if (!isAnnounced) stream.write('Setting up, once for this user:\n')
      isAnnounced = true
      // The cursor stays: a set-up may be killed before anybody could bring it back.
      live ??= openLines(stream, { hideCursor: false, keep: true })
      const now = Date.now()
      const state = parts.get(part) ?? { startedAt: now, phase, phaseStartedAt: now, fraction, ended: undefined }
      parts.set(part, state)
      if (state.phase !== phase) Object.assign(state, { phase, phaseStartedAt: now })
      state.fraction = fraction
      timer ??= setInterval(draw, 1000 / framesPerSecond).unref()
      draw()
    },
    done(part, error) {
      const state = parts.get(part)
      if (state === undefined) return
      state.ended = error === undefined ? 'ready' : 'failed'
      draw()
      if ([...parts.values()].some(({ ended }) => ended === undefined)) return
      clearInterval(timer)
      live?.close()
      timer = live = undefined
      parts.clear()
    },
  }
}

function seconds(milliseconds: number): string {
  return formatDuration(Math.max(Math.round(milliseconds / 1000), 1)).replace('.00', '')
}
