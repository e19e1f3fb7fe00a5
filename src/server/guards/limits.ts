import { getConnInfo } from '@hono/node-server/conninfo'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'

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
