import type { Kysely } from 'kysely'

import { createViewsOfSweeps } from '../../src/store/sweep-views.ts'

/** Views of sweeps have reduced values, and another one beside each has a row a point. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createViewsOfSweeps(db)
}
