import type { SingleBar } from 'cli-progress'

import type { Part, SetupObserver } from '../../setup/progress.ts'
import { colors, isLive } from '../terminal.ts'

/** Shows a first set-up: bars on a terminal, a line a phase elsewhere. Silent where nothing has to be done. */
export async function setupProgress(): Promise<SetupObserver> {
  return isLive(process.stderr) ? liveProgress() : plainProgress()
}

function plainProgress(): SetupObserver {
  const said = new Map<Part, string>()
  return {
    phase(part, phase) {
      if (said.get(part) === phase) return
      said.set(part, phase)
      process.stderr.write(`${part}: ${phase}\n`)
    },
    done(part, error) {
      if (said.has(part)) process.stderr.write(`${part}: ${error === undefined ? 'ready' : 'failed'}\n`)
    },
  }
}

async function liveProgress(): Promise<SetupObserver> {
  const { MultiBar, Presets } = await import('cli-progress')
  const options = {
    format: `  {part} ${colors.cyan('{bar}')} {phase}`,
    barsize: 24,
    hideCursor: true,
    stream: process.stderr,
    linewrap: true,
  }
  let bars: InstanceType<typeof MultiBar> | undefined
  const open = new Map<Part, SingleBar>()
  return {
    phase(part, phase, fraction) {
      if (bars === undefined) {
        process.stderr.write('Setting up, once for this user:\n')
        bars = new MultiBar(options, Presets.shades_classic)
      }
      const payload = { part: part.padEnd(13), phase }
      const bar = open.get(part) ?? bars.create(1, 0, payload)
      open.set(part, bar)
      bar.update(fraction ?? 0, payload)
    },
    done(part, error) {
      open.get(part)?.update(error === undefined ? 1 : 0, { phase: error === undefined ? 'ready' : 'failed' })
      open.delete(part)
      if (open.size > 0 || bars === undefined) return
      bars.stop()
      bars = undefined
    },
  }
}
