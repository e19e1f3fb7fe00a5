import { messageOf, SwathError } from '../../errors.ts'

/** The connection was lost after `commit` was sent, and before the server's answer came. */
export class CommitUnknown extends Error {
  readonly transactionId: string

  constructor(transactionId: string, cause: unknown) {
    super(`the connection was lost in a commit: ${reasonOf(cause)}`, { cause })
    this.transactionId = transactionId
  }
}

/** What passes by itself, or when somebody has made room; by the server's code or its first two characters. */
const passing: Readonly<Record<string, string>> = {
  '08': 'the connection to the server is lost',
  '57P01': 'the server is being shut down',
  '57P02': 'the server has crashed and recovers',
  '57P03': 'the server is starting or shutting down',
  '53100': "the server's disk is full",
  '53': 'the server has no room, memory or connections left',
  '58030': "the server's disk reports an error",
  '25006': 'the server is read-only (a standby, or default_transaction_read_only is on)',
}

/** A code of PostgreSQL's, or of a function on the server: Node's begin with an E. */
const serverCode = /^[0-9A-DF-Z][0-9A-Z]{4}$/
/** What Node says of a server that cannot be reached now. */
const unreachable = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|EAI_AGAIN|ENOTFOUND)/
/** What the driver says, without a code. */
const broken = /^(Connection terminated|timeout expired|timeout exceeded|Client has encountered a connection error)/

/** PgBouncer's answers to what it will never do; they have the code of a broken connection, as all of its answers do. */
const poolerRefusal =
  /unsupported startup parameter|not allowed in statement pooling mode|no such (database|user)|authentication failed/

/** Why something failed that may succeed later; undefined for any other error. */
export function obstacle(error: unknown): string | undefined {
  const cause = rootOf(error)
  const code = codeOf(cause)
  if (poolerRefusal.test(reasonOf(cause))) return undefined
  if (serverCode.test(code)) return passing[code] ?? passing[code.slice(0, 2)]
  if (!isConnectionLost(cause)) return undefined
  return `the server cannot be reached (${code === '' ? reasonOf(cause) : code})`
}

/** What a server says of these it says again: of values, names, rights and statements. */
const lasting = /^(0A|22|23|26|28|2B|3D|3F|42|54)/

/**
 * Why a server that is there did not do what it was asked, and may do it the next time, in its own words: the statement was
 * cancelled, took too long, met a deadlock, or anything that is not known to last. Undefined for any other error.
 */
export function setback(error: unknown): string | undefined {
  const cause = rootOf(error)
  const code = codeOf(cause)
  if (!serverCode.test(code) || lasting.test(code) || obstacle(error) !== undefined) return undefined
  return poolerRefusal.test(reasonOf(cause)) ? undefined : reasonOf(cause)
}

/** True where nobody knows what became of what was asked. */
export function isConnectionLost(error: unknown): boolean {
  const cause = rootOf(error)
  if (serverCode.test(codeOf(cause))) return /^(08|57P0)/.test(codeOf(cause))
  if (!(cause instanceof Error)) return false
  // The socket of a server on the same machine is gone while it restarts.
  const isSocketGone = codeOf(cause) === 'ENOENT' && (cause as NodeJS.ErrnoException).syscall === 'connect'
  return isSocketGone || unreachable.test(codeOf(cause)) || broken.test(cause.message)
}

/** An error that a question was answered with, where it is not the question's. */
export function explainAnswer(code: string, message: string, shown: string): SwathError | undefined {
  const isOfServer = serverCode.test(code) && !/^(08(?!P)|28|3D|53|57P|58)/.test(code)
  const error = isOfServer ? undefined : explain(Object.assign(new Error(message), { code }), shown)
  return error instanceof SwathError ? error : undefined
}

/** An error of the server, or of the way to it, as a SwathError('store'); any other as it is. */
export function explain(error: unknown, shown: string): unknown {
  const cause = rootOf(error)
  if (error instanceof SwathError) return error
  const [message, hint] = adviceFor(cause) ?? []
  if (message === undefined || hint === undefined) return error
  return new SwathError('store', `${shown} ${message} (${reasonOf(cause)})`, { hint, cause: error })
}

function adviceFor(error: unknown): readonly [message: string, hint: string] | undefined {
  const code = codeOf(error)
  const hint = hints.find(([pattern]) => pattern.test(code) || pattern.test(reasonOf(error)))
  if (hint !== undefined) return [hint[1], hint[2]]
  if (obstacle(error) !== undefined) {
    return [`cannot be used: ${obstacle(error) ?? ''}`, 'run the same command again later: nothing reported is lost']
  }
  return serverCode.test(code) ? ['cannot be used', 'run `swath doctor`'] : undefined
}

const password = 'check user and password: PGPASSWORD, ~/.pgpass, or ?passfile=<file> in the URL'
const certificate = 'name the authority that signed it with ?sslmode=verify-full&sslrootcert=<file> in the URL'

/** By code or message, the first that fits. */
const hints: readonly (readonly [pattern: RegExp, message: string, hint: string])[] = [
  [/target_session_attrs/, 'has no such server', 'name its hosts in the URL, or leave target_session_attrs out'],
  [/^28P01|client password must be|no password supplied/, 'does not let you in', password],
  [/no encryption|SSL off/, 'wants an encrypted connection', 'add ?sslmode=verify-full to the URL'],
  [/^28000/, 'does not let you in', `${password}; who may connect is in the server's pg_hba.conf`],
  [/^3D000/, 'is not there', 'make it with createdb, or name another database in the URL'],
  [
    /permission denied for database/,
    'lacks a schema, and this user may not create one',
    'have its owner create it, and that of the queue: create schema swath authorization …; create schema swath_queue authorization …',
  ],
  [/^42501/, 'may not be used so by this user', 'ask its owner for a role: swath setup postgres --roles'],
  [/^(42P01|3F000)/, 'lacks a table', 'run `swath doctor`'],
  [/^ENOTFOUND|^EAI_AGAIN/, 'has no such host', 'check the host in the URL, and the network'],
  [/^ECONNREFUSED|^ENOENT/, 'is not answered by any server', 'start PostgreSQL, or check host and port in the URL'],
  [
    /unsupported startup parameter/,
    'is behind a pooler that takes no options',
    'leave options out of the URL, and set what they set for the role: alter role … set …',
  ],
  [
    /not allowed in statement pooling mode/,
    'is behind a pooler that pools single statements, and swath needs transactions',
    'PgBouncer: pool_mode = transaction, or session',
  ],
  [
    /does not support SSL/,
    'has no encryption',
    'let it have a certificate, or use sslmode=disable on a network of yours',
  ],
  [/ERR_TLS_CERT_ALTNAME/, 'has a certificate for another host', 'use the name that the certificate is for'],
  [/SELF_SIGNED|UNABLE_TO|CERT_/, 'has a certificate that cannot be trusted', certificate],
]

function rootOf(error: unknown): unknown {
  const isWrapped = error instanceof CommitUnknown || error instanceof SwathError
  return isWrapped && error.cause !== undefined ? rootOf(error.cause) : error
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** A host of several addresses fails with an error for each, and no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((each: unknown) => messageOf(each)).join('; ')
  return messageOf(error)
}
