import type { ListedFile } from './shared.ts'

/** Where a host's artifacts are carried to: a technology that keeps bytes under names. */
export interface ArtifactPlace {
  /** For people. */
  readonly location: string
  /** Keeps a file, whole and safe when this resolves; in the place of one of the same name. */
  put(file: FileToKeep): Promise<void>
  /** The bytes under a name, piece by piece; undefined if there is nothing. */
  get(name: string): Promise<AsyncIterable<Uint8Array> | undefined>
  /** Names that begin so, in any order. */
  list(prefix: string): AsyncIterable<ListedFile>
  /** Removes what is there of these. */
  remove(names: readonly string[]): Promise<void>
  /** Why something failed that may succeed later, for people; undefined for any other error. */
  obstacle(error: unknown): string | undefined
  close(): Promise<void>
}

interface FileToKeep {
  readonly name: string
  /** Where it is on this host. */
  readonly path: string
  readonly bytes: number
  /** In hexadecimal digits. */
  readonly sha256: string
}
