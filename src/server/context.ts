import type { Store } from '../store/store.ts'
import type { Models } from './models/models.ts'
import type { Runs } from './runs.ts'

/** What the routes work with. */
export interface ServerContext {
  readonly store: Store
  readonly runs: Runs
  readonly models: Models
  readonly access: Access
}

/** Who may ask. */
export interface Access {
  /** What whoever asks has to know; undefined where only this machine can ask. */
  readonly token: string | undefined
  /** Names that this server is called by, in lower case and without a port: a page elsewhere may have it called by another. */
  readonly hosts: ReadonlySet<string>
}
