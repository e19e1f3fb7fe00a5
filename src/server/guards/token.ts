import { createHash, timingSafeEqual } from 'node:crypto'

import { getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'

import type { Access } from '../context.ts'

const cookie = 'swath_token'

/**
 * Lets in who knows the token: a program by `Authorization: Bearer …`, a browser by a cookie, which it gets for opening
 * the address with `?token=…` once.
 */
export function knowsToken({ token }: Access) {
  return createMiddleware(async (context, next) => {
    if (token === undefined) return next()
    const given = context.req.query('token')
    if (given !== undefined && context.req.method === 'GET' && isSame(given, token)) {
      const isSecure = context.req.header('x-forwarded-proto') === 'https'
      setCookie(context, cookie, token, { httpOnly: true, sameSite: 'Strict', path: '/', secure: isSecure })
      const address = new URL(context.req.url)
      address.searchParams.delete('token')
      return context.redirect(`${address.pathname}${address.search}`, 303)
    }
    const [, bearer] = /^Bearer (.+)$/i.exec(context.req.header('authorization') ?? '') ?? []
    const known = bearer ?? getCookie(context, cookie)
    if (known !== undefined && isSame(known, token)) return next()
    throw new HTTPException(401, {
      message: 'this server wants its token: open the address that `swath serve` printed',
    })
  })
}

/** Takes as long for a good guess as for a bad one. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
