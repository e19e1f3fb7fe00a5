import type { Artifacts } from './artifacts.ts'

/**
 * What lies among the artifacts and may belong to nobody: the folders of trials, in each the checkpoints (and what is
 * left of one that was being written: `attempt-1.safetensors.<uuid>`), and what lies beside the folders. Other files in a
 * trial's folder are its command's own.
 */
export interface ArtifactListing {
  readonly folders: readonly {
    readonly name: string
    readonly trialId: number
    readonly checkpoints: readonly string[]
  }[]
  readonly others: readonly string[]
}

/** What the store knows of artifacts. */
export interface KnownArtifacts {
  readonly names: ReadonlySet<string>
  readonly trials: ReadonlySet<number>
  /** Trials that train now: their files are written before the rows that name them. */
  readonly training: ReadonlySet<number>
}

const checkpoint = /(^|\/)attempt-[^/]*\.safetensors[^/]*$/

export function listArtifacts(artifacts: Artifacts): ArtifactListing {
  const entries = artifacts.list('')
  const folders = entries.flatMap(({ name, isFolder }) => {
    const [, trialId] = /^trial-([1-9]\d*)$/.exec(name) ?? []
    if (!isFolder || trialId === undefined) return []
    return [{ name, trialId: Number(trialId), checkpoints: checkpointsIn(artifacts, name) }]
  })
  const known = new Set(folders.map(({ name }) => name))
  return { folders, others: entries.map(({ name }) => name).filter((name) => !known.has(name)) }
}

/** The checkpoints in a trial's folder, and what is left of those that were being written. */
export function checkpointsIn(artifacts: Artifacts, folder: string): string[] {
  const entries = artifacts.list(folder).filter(({ name, isFolder }) => !isFolder && checkpoint.test(name))
  return entries.map(({ name }) => name)
}

/**
 * Names of what belongs to nobody: whole folders, and single checkpoints.
 *
 * The listing has to be older than what the store knows, and whoever wrote a file of it has to have committed by then:
 * so says the write lock under which the rows are read, and a trial that trains now is left alone.
 */
export function straysOf(listing: ArtifactListing, { names, trials, training }: KnownArtifacts): string[] {
  const inFolders = listing.folders.flatMap(({ name, trialId, checkpoints }) => {
    if (!trials.has(trialId)) return [name]
    return training.has(trialId) ? [] : checkpoints
  })
  return [...inFolders, ...listing.others.filter((name) => checkpoint.test(name))].filter((name) => !names.has(name))
}
