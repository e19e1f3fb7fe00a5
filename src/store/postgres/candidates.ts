import type { Client, ClientConfig, PoolClient } from 'pg'

import { isConnectionLost } from './errors.ts'

/** What a server may be asked to be, in libpq's words. */
export const sessionAttributes = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const
export type SessionAttributes = (typeof sessionAttributes)[number]

/** One way to connect: a host, encrypted or not, that has to be of a kind. */
export interface Candidate {
  readonly config: ClientConfig
  readonly wanted: SessionAttributes
}

/** A server answers, and is not of the kind that is wanted. */
class WrongServer extends Error {
  constructor(wanted: string) {
    super(`no server of the URL is what target_session_attrs wants: ${wanted}`)
  }
}

/** Whether the next candidate is tried, as libpq does: not where a server has refused the user. */
function isNextTried(error: unknown, { config }: Candidate, next: Candidate): boolean {
  if (error instanceof WrongServer || isConnectionLost(error)) return true
  const { code, message } = error as { readonly code?: unknown; readonly message: string }
  // `sslmode=prefer` and `allow`: the same server, encrypted in the other way.
  const isSameServer = config.host === next.config.host && config.port === next.config.port
  return isSameServer && (code === '28000' || /does not support SSL|SSL|TLS|EPROTO/.test(message))
}

/** Candidates of a store, tried in turn from the one that answered last. */
export class Candidates {
  readonly #all: readonly Candidate[]
  #current = 0

  constructor(all: readonly Candidate[]) {
    this.#all = all
  }

  get current(): Candidate {
    const candidate = this.#all[this.#current]
    if (candidate === undefined) throw new Error('a store has no candidates to connect to')
    return candidate
  }

  /** Connects by the first candidate that works. @throws the first error where none does */
  async connect<T>(connect: (candidate: Candidate) => Promise<T>): Promise<T> {
    let first: unknown
    for (let tries = 1; ; tries++) {
      const tried = this.#current
      try {
        return await connect(this.current)
      } catch (error) {
        first ??= error
        const next = (tried + 1) % this.#all.length
        const isTried =
          tries < this.#all.length &&
          isNextTried(error, this.#all[tried] ?? this.current, this.#all[next] ?? this.current)
        if (!isTried) throw first
        if (this.#current === tried) this.#current = next
      }
    }
  }
}

/** @throws if a server is not of the kind that is wanted */
export async function refuseWrongServer(client: Client | PoolClient, wanted: SessionAttributes): Promise<void> {
  if (wanted === 'any') return
  const { rows } = await client.query<{ isStandby: boolean; isReadOnly: boolean }>(`
    select pg_catalog.pg_is_in_recovery() as "isStandby",
      current_setting('default_transaction_read_only') = 'on' or pg_catalog.pg_is_in_recovery() as "isReadOnly"`)
  const [{ isStandby, isReadOnly } = { isStandby: false, isReadOnly: false }] = rows
  const isWanted = {
    ...{ primary: !isStandby, standby: isStandby, 'prefer-standby': isStandby },
    ...{ 'read-write': !isReadOnly, 'read-only': isReadOnly },
  }
  if (!isWanted[wanted]) throw new WrongServer(wanted)
}
