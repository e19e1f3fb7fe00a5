import { programVersionsOf, trialsOfProgram } from '../store/programs.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'

/** Ranges of trials that a line shows. */
const mostRanges = 5

/** As git shows a commit: enough to tell versions of one program apart. */
export function shortHash(sha256: string): string {
  return sha256.slice(0, 7)
}

/**
 * Returns which trials ran which version of their program, `a1b2c3d (trials 1-3), d4e5f6a (trial 4)`; undefined where all
 * ran the same.
 */
export async function describeVersions(store: Store, sweep: Pick<SweepRow, 'id'>): Promise<string | undefined> {
  const versions = await programVersionsOf(store.db, sweep.id)
  if (versions.length < 2) return undefined
  const parts = []
  for (const { program_sha256 } of versions) {
    const ids = await trialsOfProgram(store.db, sweep.id, program_sha256)
    parts.push(`${shortHash(program_sha256)} (trial${ids.length === 1 ? '' : 's'} ${ranges(ids)})`)
  }
  return parts.join(', ')
}

/** `1-3, 5` for 1, 2, 3, 5. */
function ranges(ids: readonly number[]): string {
  const found: { first: number; last: number }[] = []
  for (const id of ids) {
    const range = found.at(-1)
    if (range?.last === id - 1) range.last = id
    else found.push({ first: id, last: id })
  }
  const shown = found.slice(0, mostRanges).map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
  return [...shown, ...(found.length > mostRanges ? [`… ${ids.length} in all`] : [])].join(', ')
}
