/** Files that trials leave, by name: checkpoints today. A row of the store names each one; without its row a file is nobody's. */
export interface Artifacts {
  /** Where they are, for people. */
  readonly location: string
  /** False before the first file is written, and where all of them are gone at once: a disk that is not mounted. */
  areThere(): boolean
  /** Writes a file whole: it is there under its name, and on disk, when this returns, or it is not there at all. */
  write(name: string, parts: readonly Uint8Array[]): StoredArtifact
  /** @throws SwathError('artifact') if it is gone, cut short or changed */
  read(artifact: StoredArtifact): Uint8Array
  /** What `read` would complain of; reads it piece by piece. */
  flawOf(artifact: StoredArtifact): string | undefined
  /** What there is directly in a folder of it, `''` being the whole; nothing if it is not there. */
  list(folder: string): readonly ArtifactEntry[]
  /** Removes what is there of these: files, and folders with all that is in them. */
  remove(names: readonly string[]): void
  /** Removes the whole folder. */
  clear(): void
}

/** What the store keeps of an artifact. */
export interface StoredArtifact {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

interface ArtifactEntry {
  readonly name: string
  readonly isFolder: boolean
}

/** The folder of all that a trial leaves, also of the files that its command keeps there. */
export function trialFolder(trialId: number): `trial-${number}` {
  return `trial-${trialId}`
}
