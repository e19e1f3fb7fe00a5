import type { RunObserver } from '../../run/events.ts'
import { isLive } from '../terminal.ts'

/** Lines that move for somebody who watches, plain ones for a pipe, a log and CI. Both on stderr: stdout has the results. */
export async function chooseDisplay(): Promise<RunObserver> {
  if (isLive(process.stderr)) return (await import('./live.ts')).liveDisplay()
  return (await import('./plain.ts')).plainDisplay()
}
