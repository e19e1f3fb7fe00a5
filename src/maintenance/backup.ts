import { existsSync, realpathSync } from 'node:fs'

import { artifactLocation, openArtifacts, refuseSharedArtifacts } from '../artifacts/open.ts'
import { sharedFolder } from '../artifacts/shared-folder.ts'
import { listArtifacts, straysOf } from '../artifacts/strays.ts'
import { SwathError } from '../errors.ts'
import { allArtifacts, forgetArtifacts, knownArtifacts } from '../store/artifacts.ts'
import { sqlitePath } from '../store/location.ts'
import { releaseAllRuns } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { copyArtifacts, type CopiedArtifacts } from './copy-artifacts.ts'

export interface Backup {
  /** What to give to `--store`. */
  readonly store: string
  readonly checkpoints: number
  /** Of the checkpoints. */
  readonly bytes: number
  /** Why the backup does without checkpoints that the store names: they are gone or damaged. */
  readonly leftOut: readonly string[]
}

export interface BackupOptions {
  /** Put it in the place of a file that is there. */
  readonly replace: boolean
  readonly withArtifacts: boolean
}

const nothing: CopiedArtifacts = { copied: [], leftOut: [] }

/**
 * Copies a store while sweeps run on it: the database as it is at one moment, then the files that the copy names. What a
 * sweep has pruned meanwhile the copy names no more: when it gets its name, it is consistent.
 */
export async function backUp(store: Store, to: string, { replace, withArtifacts }: BackupOptions): Promise<Backup> {
  const file = store.file()
  const path = sqlitePath(to)
  refuseItself(store, path)
  refuseSharedArtifacts(path)
  const from = openArtifacts(artifactLocation(store.location))
  const target = openArtifacts(artifactLocation(path), from.location)
  const isNew = target.list('').length === 0
  let artifacts = nothing
  let strays: readonly string[] = []
  const prepare = async (copy: Store) => {
    // At once: trials that train prune what the copy names.
    if (withArtifacts) artifacts = await copyArtifacts(copy, { store, from, to: target })
    await refuseDamaged(copy, store)
    await copy.db.transaction().execute(async (transaction) => {
      const copied = new Set(artifacts.copied.map(({ id }) => id))
      const left = (await allArtifacts(transaction)).filter(({ id }) => !copied.has(id))
      await forgetArtifacts(transaction, left)
      await releaseAllRuns(transaction, new Date().toISOString())
    })
    strays = straysOf(await listArtifacts(sharedFolder(target).list()), {
      ...(await knownArtifacts(copy.db)),
      training: new Set(),
    }).map(({ name }) => name)
  }
  try {
    await file.copyTo(path, { replace, prepare })
  } catch (error) {
    if (isNew) target.clear()
    throw error
  }
  // The backup that was replaced needed them until now.
  target.remove(strays)
  return {
    store: `sqlite:${path}`,
    checkpoints: artifacts.copied.length,
    bytes: artifacts.copied.reduce((sum, row) => sum + row.bytes, 0),
    leftOut: artifacts.leftOut.flatMap(({ reason }) => reason ?? []),
  }
}

function refuseItself(store: Store, path: string): void {
  const own = sqlitePath(store.location)
  const isItself = existsSync(path) && realpathSync(path) === realpathSync(own)
  if (!isItself && artifactLocation(path) !== artifactLocation(own)) return
  throw new SwathError('usage', `${path} is the store itself, or would keep its checkpoints where the store does`, {
    hint: 'name a file in another folder, or of another name',
  })
}

/** A copy is as damaged as what it was made of. */
async function refuseDamaged(copy: Store, { location }: Store): Promise<void> {
  const { damage } = await copy.check()
  if (damage.length === 0) return
  throw new SwathError('store', `${location} is damaged: ${damage[0] ?? ''}`, {
    hint: 'it is not backed up over what may be better: `swath doctor` says more',
  })
}
