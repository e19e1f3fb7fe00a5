import { allArtifacts, stillThere } from '../store/artifacts.ts'
import { lostRuns, type LostRuns } from '../store/runs.ts'
import type { ArtifactRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { missingViews } from '../store/views.ts'
import { artifactsOf, findStrays, type Stray } from './strays.ts'

/** What is wrong with a store whose database is sound. */
export interface Examination {
  readonly lost: LostRuns
  readonly artifacts: { readonly count: number; readonly bytes: number; readonly location: string }
  /** All of the files are gone at once, with the folder that they were in. */
  readonly isFolderGone: boolean
  /** Rows whose file is gone, cut short or another one. */
  readonly flawed: readonly FlawedArtifact[]
  readonly strays: readonly Stray[]
  readonly missingViews: readonly string[]
}

export interface FlawedArtifact {
  readonly row: ArtifactRow
  readonly flaw: string
}

/** Looks at all that a store names, and at what it does not; a sweep that runs meanwhile is not found to be broken. */
export async function examine(store: Store, now: Date): Promise<Examination> {
  const rows = await allArtifacts(store.db)
  const artifacts = artifactsOf(store)
  return {
    lost: await lostRuns(store.db, now),
    artifacts: {
      count: rows.length,
      bytes: rows.reduce((sum, row) => sum + row.bytes, 0),
      location: artifacts.location,
    },
    isFolderGone: rows.length > 0 && !artifacts.areThere(),
    flawed: await flawedArtifacts(store, rows),
    strays: await findStrays(store, now),
    missingViews: await missingViews(store.db),
  }
}

/** A sweep removes a row before its file: one that is still there when its file was found gone, has lost it. */
export async function flawedArtifacts(store: Store, rows: readonly ArtifactRow[]): Promise<FlawedArtifact[]> {
  const artifacts = artifactsOf(store)
  const flawed = rows.flatMap((row) => {
    const flaw = artifacts.flawOf(row)
    return flaw === undefined ? [] : [{ row, flaw }]
  })
  if (flawed.length === 0) return []
  const left = new Set(
    await stillThere(
      store.db,
      flawed.map(({ row }) => row),
    ),
  )
  return flawed.filter(({ row }) => left.has(row))
}
