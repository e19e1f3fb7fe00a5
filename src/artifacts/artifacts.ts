/** Files that trials leave, by name: checkpoints today. A row of the store names each one; without its row a file is nobody's. */
export interface Artifacts {
  /** Writes a file whole: it is there under its name, and on disk, when this returns, or it is not there at all. */
  write(name: string, parts: readonly Uint8Array[]): StoredArtifact
  /** @throws SwathError('artifact') if it is gone, cut short or changed */
  read(artifact: StoredArtifact): Uint8Array
  /** Removes what is there of these. */
  remove(names: readonly string[]): void
  /** Removes whatever these folders hold: a command's files have no rows. */
  removeFolders(names: readonly string[]): void
}

/** What the store keeps of an artifact. */
export interface StoredArtifact {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}
