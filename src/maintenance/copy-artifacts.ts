import type { Artifacts } from '../artifacts/artifacts.ts'
import { messageOf } from '../errors.ts'
import { allArtifacts, stillThere } from '../store/artifacts.ts'
import type { ArtifactRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'

export interface CopiedArtifacts {
  readonly copied: readonly ArtifactRow[]
  /** Could not be read; `reason` where that is not because a sweep has pruned them meanwhile. */
  readonly leftOut: readonly { readonly row: ArtifactRow; readonly reason: string | undefined }[]
}

/**
 * Copies the files that a copy of a store names, each checked as it is read. Those of trials that train come first, the
 * newest before the others: they are the ones that are pruned soon.
 */
export async function copyArtifacts(
  copy: Store,
  { store, from, to }: { readonly store: Store; readonly from: Artifacts; readonly to: Artifacts },
): Promise<CopiedArtifacts> {
  const rows = await allArtifacts(copy.db)
  const training = rows.filter(({ state }) => state === 'running')
  const others = rows.filter(({ state }) => state !== 'running')
  const copied: ArtifactRow[] = []
  const unreadable: { row: ArtifactRow; reason: string }[] = []
  for (const row of [...training, ...others]) {
    if (to.flawOf(row) !== undefined) {
      let bytes: Uint8Array
      try {
        bytes = from.read(row)
      } catch (error) {
        unreadable.push({ row, reason: messageOf(error) })
        continue
      }
      to.write(row.name, [bytes])
    }
    copied.push(row)
  }
  const flawed = new Set(
    await stillThere(
      store.db,
      unreadable.map(({ row }) => row),
    ),
  )
  return {
    copied,
    leftOut: unreadable.map(({ row, reason }) => ({ row, reason: flawed.has(row) ? reason : undefined })),
  }
}
