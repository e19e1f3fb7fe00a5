import { usingArtifacts } from '../artifacts/open-shared.ts'
import type { ListedFile, SharedArtifacts } from '../artifacts/shared.ts'
import { allArtifacts, stillThere } from '../store/artifacts.ts'
import { lostRuns, type LostRuns } from '../store/runs.ts'
import type { ArtifactRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { missingViews } from '../store/views.ts'
import { findStrays } from './strays.ts'

/** What is wrong with a store whose database is sound. */
export interface Examination {
  readonly lost: LostRuns
  readonly artifacts: {
    readonly count: number
    readonly bytes: number
    readonly location: string
    readonly isCarried: boolean
  }
  /** All of the files are gone at once, with the folder that they were in. */
  readonly isFolderGone: boolean
  /** Rows whose file is gone, cut short or another one. */
  readonly flawed: readonly FlawedArtifact[]
  readonly strays: readonly ListedFile[]
  readonly missingViews: readonly string[]
}

export interface FlawedArtifact {
  readonly row: ArtifactRow
  readonly flaw: string
}

/** Looks at all that a store names, and at what it does not; a sweep that runs meanwhile is not found to be broken. */
export function examine(store: Store, now: Date): Promise<Examination> {
  return usingArtifacts(store, (artifacts) => examineWith(store, artifacts, now))
}

async function examineWith(store: Store, artifacts: SharedArtifacts, now: Date): Promise<Examination> {
  const rows = await allArtifacts(store.db)
  return {
    lost: await lostRuns(store.db, now),
    artifacts: {
      count: rows.length,
      bytes: rows.reduce((sum, row) => sum + row.bytes, 0),
      location: artifacts.location,
      isCarried: artifacts.isCarried,
    },
    isFolderGone: rows.length > 0 && !(await artifacts.areThere()),
    flawed: await flawedArtifacts(store, artifacts, rows),
    strays: await findStrays(store, artifacts, now),
    missingViews: await missingViews(store.db),
  }
}

/** A sweep removes a row before its file: one that is still there when its file was found gone, has lost it. */
export async function flawedArtifacts(
  store: Store,
  artifacts: SharedArtifacts,
  rows: readonly ArtifactRow[],
): Promise<FlawedArtifact[]> {
  const flaws = await artifacts.flawsOf(rows)
  const flawed = rows.flatMap((row) => {
    const flaw = flaws.get(row.name)
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
