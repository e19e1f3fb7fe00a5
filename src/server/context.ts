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

/** Which clients are admitted. */
export interface Access {
  /** What a client has to know; undefined if the user chose to have none. */
  readonly token: string | undefined
  /** True if the server listens on loopback alone. */
  readonly isLocal: boolean
  /** Names that this server may be called by, in lower case, without a port. */
  readonly hosts: ReadonlySet<string>
}
