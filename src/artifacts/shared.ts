import type { Artifacts, StoredArtifact } from './artifacts.ts'

/**
 * The artifacts of a store where every host reaches them. A host writes and reads its own folder, at once; whatever has to
 * be on all of them is carried there and back beside that. Files come before the rows that name them, and go after.
 */
export interface SharedArtifacts {
  /** For people. */
  readonly location: string
  /** The folder of this host: worker threads know no other. */
  readonly host: Artifacts
  /** False where that folder is the shared place itself: nothing is carried. */
  readonly isCarried: boolean
  /** False before the first file is published, and where all of them are gone at once. */
  areThere(): Promise<boolean>
  /** Makes a file of the host's folder everybody's: whole, and safe when this resolves. The host may do without it then. */
  publish(artifact: StoredArtifact): Promise<void>
  /** Brings a file to the host's folder. @throws SwathError('artifact') if it is gone or not what was published */
  fetch(artifact: StoredArtifact): Promise<void>
  /** @throws SwathError('artifact') as `fetch` */
  read(artifact: StoredArtifact): Promise<Uint8Array>
  /** What is wrong with which of these, by name. Files that are far away are not read: their sizes are compared. */
  flawsOf(artifacts: readonly StoredArtifact[]): Promise<ReadonlyMap<string, string>>
  /** Every file whose name begins so; of an empty folder its name, with a `/`. */
  list(prefix?: string): AsyncIterable<ListedFile>
  /** Removes what is there of these: files, and folders, whose names end in a `/`, with all that is in them. */
  remove(names: readonly string[]): Promise<void>
  /** Why something failed that may succeed later, for people; undefined for any other error. */
  obstacle(error: unknown): string | undefined
  /** Also removes what is left in the host's folder, where that is not the place itself and no journal names it. */
  close(): Promise<void>
}

export interface ListedFile {
  readonly name: string
  readonly bytes: number
}
