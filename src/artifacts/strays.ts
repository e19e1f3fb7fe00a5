import type { ListedFile } from './shared.ts'

/**
 * What lies among the artifacts and may belong to nobody: the folders of trials, in each the checkpoints (and what is
 * left of one that was being written: `attempt-1.safetensors.<uuid>`), and such files beside the folders. Other files in a
 * trial's folder are its command's own.
 */
export interface ArtifactListing {
  readonly folders: readonly TrialListing[]
  readonly others: readonly ListedFile[]
}

interface TrialListing extends ListedFile {
  readonly trialId: number
  readonly checkpoints: readonly ListedFile[]
}

/** What the store knows of artifacts. */
export interface KnownArtifacts {
  readonly names: ReadonlySet<string>
  readonly trials: ReadonlySet<number>
  /** Trials that train now: their files are written before the rows that name them. */
  readonly training: ReadonlySet<number>
}

const checkpoint = /^(trial-[1-9]\d*\/)?attempt-([^/]*\.safetensors|\d+-folder-\d+\.tar)[^/]*$/

/** True of a checkpoint or a packed folder of a trial, and of what is left of one that was being written. */
export function isCheckpoint(name: string): boolean {
  return checkpoint.test(name)
}

export async function listArtifacts(files: AsyncIterable<ListedFile>): Promise<ArtifactListing> {
  const folders = new Map<string, { name: string; trialId: number; bytes: number; checkpoints: ListedFile[] }>()
  const others: ListedFile[] = []
  for await (const file of files) {
    const [, name, trialId] = /^(trial-([1-9]\d*)\/)/.exec(file.name) ?? []
    if (name === undefined) {
      if (isCheckpoint(file.name)) others.push(file)
      continue
    }
    const folder = folders.get(name) ?? { name, trialId: Number(trialId), bytes: 0, checkpoints: [] }
    folders.set(name, folder)
    folder.bytes += file.bytes
    if (isCheckpoint(file.name)) folder.checkpoints.push(file)
  }
  return { folders: [...folders.values()], others }
}

/**
 * What belongs to nobody: whole folders, whose names end in a `/`, and single checkpoints.
 *
 * The listing has to be older than what the store knows, and whoever wrote a file of it has to have committed by then:
 * so says the write lock under which the rows are read, and a trial that trains now is left alone.
 */
export function straysOf(listing: ArtifactListing, { names, trials, training }: KnownArtifacts): ListedFile[] {
  const inFolders = listing.folders.flatMap(({ name, trialId, bytes, checkpoints }) => {
    if (!trials.has(trialId)) return [{ name, bytes }]
    return training.has(trialId) ? [] : checkpoints
  })
  return [...inFolders, ...listing.others].filter(({ name }) => !names.has(name))
}
