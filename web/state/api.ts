/** What the server said that it could not do. */
export class ApiError extends Error {
  readonly hint: string | undefined
  readonly code: string | undefined

  constructor(message: string, hint: string | undefined, code?: string) {
    super(message)
    this.hint = hint
    this.code = code
  }
}

const root = '/api/v1'

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return answer<T>(fetch(root + path, signal === undefined ? {} : { signal }))
}

export function post<T>(path: string, body: object = {}): Promise<T> {
  const isForm = body instanceof FormData
  return answer<T>(
    fetch(root + path, {
      method: 'POST',
      body: isForm ? body : JSON.stringify(body),
      ...(isForm ? {} : { headers: { 'content-type': 'application/json' } }),
    }),
  )
}

/** A path with a query; what is undefined is left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const text = new URLSearchParams(
    Object.entries(query).flatMap(([key, value]): [string, string][] =>
      value === undefined || value === '' ? [] : [[key, String(value)]],
    ),
  ).toString()
  return text === '' ? path : `${path}?${text}`
}

async function answer<T>(asked: Promise<Response>): Promise<T> {
  const response = await asked.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError('the server does not answer', 'is `swath serve` still running?')
  })
  if (response.ok) return (await response.json()) as T
  const { error } = (await response.json().catch(() => ({}))) as {
    error?: { code: string; message: string; hint?: string }
  }
  throw new ApiError(error?.message ?? `the server answered ${response.status}`, error?.hint, error?.code)
}
