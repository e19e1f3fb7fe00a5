/** What Node says of a server that cannot be reached now. */
const unreachable = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|EAI_AGAIN|ENOTFOUND|UND_ERR)/
/** What the client says of a server that does not answer. */
const silent = /^(TimeoutError|RequestTimeout|NetworkingError|AbortError)/
const unknown =
  /(Expired|Credential|InvalidAccessKeyId|InvalidToken|TokenRefresh|SignatureDoesNotMatch|RequestTimeTooSkewed)/
const full = /(StorageFull|QuotaExceeded|InsufficientStorage)/i

interface AwsError extends Error {
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/** Why a request failed that may succeed later, or once somebody has seen to it; undefined for any other error. */
export function obstacle(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { name, code = '', $metadata } = error as AwsError
  const status = $metadata?.httpStatusCode ?? 200
  if (full.test(name) || status === 507) return `it has no room left (${name})`
  if (unknown.test(name)) return `it does not know who asks (${name})`
  // The answer to a question without an answer's text has only a number.
  if (name === 'NoSuchBucket' || name === 'NotFound') return 'the bucket is not there'
  if (status === 403 || status === 401) return `access is denied${name === 'Unknown' ? '' : ` (${name})`}`
  if (status === 429 || status >= 500 || name === 'SlowDown') return `it is busy or out of order (${name})`
  if (unreachable.test(code)) return `it cannot be reached (${code})`
  if (silent.test(name)) return 'it does not answer'
  return undefined
}
