import type { Kysely } from 'kysely'

import type { Schema } from './schema.ts'

type EventKind =
  | ('planned' | 'extended' | 'settings changed' | 'program accepted')
  | ('run started' | 'run ended' | 'ended' | 'cancelled')

/** Writes down what happened to a sweep as a whole, or to one of its trials. */
export async function recordEvent(
  db: Kysely<Schema>,
  sweepId: number,
  kind: EventKind,
  at: string,
  detail: string | null = null,
): Promise<void> {
  await db.insertInto('events').values({ sweep_id: sweepId, trial_id: null, at, kind, detail }).execute()
}
