import { messageOf } from '../errors.ts'
import type { Journal, JournalEntry } from '../store/journal.ts'
import type { Aggregator } from './aggregator.ts'

/**
 * Keeps what is reported and not written if the process exits, whatever it waits for; `kill -9` alone leaves it no time.
 * Returns what ends this.
 *
 * @param journals the first that takes it has it
 */
export function spoolAtExit(aggregator: Aggregator, journals: readonly Journal[]): () => void {
  const spool = () => {
    const entries = entriesOf(aggregator)
    if (entries.length === 0) return
    const failures: string[] = []
    for (const journal of journals) {
      try {
        journal.append(entries)
        process.stderr.write(`${counted(entries)} not written yet: kept for the next start, which writes them.\n`)
        return
      } catch (error) {
        failures.push(messageOf(error))
      }
    }
    process.stderr.write(`${counted(entries)} not written, and cannot be kept: ${failures.join('; ')}\n`)
  }
  process.on('exit', spool)
  return () => {
    process.off('exit', spool)
  }
}

/** Reports and ends of trials that are not written, in their order. */
function entriesOf(aggregator: Aggregator): JournalEntry[] {
  return aggregator.unwritten.flatMap(({ change, unpublished }) =>
    change.type === 'report' || change.type === 'end' ? [{ change, unpublished }] : [],
  )
}

function counted(entries: readonly JournalEntry[]): string {
  return entries.length === 1 ? '1 report or end of a trial is' : `${entries.length} reports and ends of trials are`
}
