import { getConnInfo } from '@hono/node-server/conninfo'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'

import { SwathError } from '../../errors.ts'
import { whyInexact } from '../../exact-number.ts'

/** Bytes of a request: a sweep file may have a megabyte, a picture more. */
export const mostBytes = { text: 2 ** 20 + 2 ** 16, picture: 10 * 2 ** 20 } as const

export function bodyOf(kind: keyof typeof mostBytes) {
  const maxSize = mostBytes[kind]
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new HTTPException(413, { message: `this is more than ${Math.floor(maxSize / 2 ** 20)} MB` })
    },
  })
}

/** A text of valid JSON, or a number outside of texts. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g

/** Refuses a body of JSON with a number that JavaScript would round: what is trained is what was asked for. */
export const exactNumbers = createMiddleware(async (context, next) => {
  refuseInexact(await context.req.text())
  await next()
})

/**
 * Takes time that is linear in the length of the body.
 * @throws SwathError('usage') at the first number that JavaScript would round; what is no JSON is left to its reader
 */
export function refuseInexact(body: string): void {
  // Only in valid JSON does every text end: from each quote that opens none the expression would search to the end.
  if (!isJson(body)) return
  for (const { 0: literal, index } of body.matchAll(token)) {
    const why = literal.startsWith('"') ? undefined : whyInexact(literal)
    if (why === undefined) continue
    const before = body.slice(0, index).split('\n')
    throw new SwathError('usage', `${before.length}:${(before.at(-1) ?? '').length + 1}: ${why}`)
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const perSecond = 100
const atOnce = 500

/** Requests of each address: some at once, and so many a second in the long run (a token bucket). */
export function rateLimit({ now = () => performance.now() } = {}) {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return createMiddleware(async (context, next) => {
    const address = getConnInfo(context).remote.address ?? ''
    const time = now()
    const bucket = buckets.get(address) ?? { tokens: atOnce, at: time }
    bucket.tokens = Math.min(atOnce, bucket.tokens + ((time - bucket.at) / 1000) * perSecond) - 1
    bucket.at = time
    buckets.set(address, bucket)
    if (buckets.size > 10_000) buckets.clear()
    if (bucket.tokens < 0) {
      bucket.tokens = 0
      throw new HTTPException(429, { message: 'these are too many requests: wait a second' })
    }
    await next()
  })
}
