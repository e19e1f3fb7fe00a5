import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'

import type { Access } from '../context.ts'

const why = 'this server wants its token: open the address that `swath serve` printed'

/**
 * Admits requests that know the token. Loopback is no exception: every user of the machine can connect to it. Programs send
 * `Authorization: Bearer …` or `?token=…`; a browser exchanges `?token=…` for a cookie and is sent on to the same address
 * without it, so that the token stays out of the address bar and the history.
 */
export function knowsToken({ token }: Access) {
  return createMiddleware(async (context, next) => {
    if (token === undefined) return next()
    const { req } = context
    const session = sessionOf(context, token)
    const given = req.query('token')
    if (given !== undefined && req.method === 'GET' && isSame(given, token)) {
      if (isApi(req.path)) return next()
      const secure = req.header('x-forwarded-proto') === 'https'
      // Lax, not Strict: a link to a view may be sent and opened. The guard of origins refuses all else from other sites.
      setCookie(context, session.cookie, session.id, { httpOnly: true, sameSite: 'Lax', path: '/', secure })
      return context.redirect(withoutToken(req.url), 303)
    }
    const [, bearer] = /^Bearer (.+)$/i.exec(req.header('authorization') ?? '') ?? []
    if (bearer !== undefined && isSame(bearer, token)) return next()
    const known = getCookie(context, session.cookie)
    if (bearer === undefined && known !== undefined && isSame(known, session.id)) return next()

    context.header('www-authenticate', 'Bearer realm="swath"')
    if (!isApi(req.path) && req.header('accept')?.includes('text/html') === true) {
      return context.html(signIn(req.query()), 401)
    }
    throw new HTTPException(401, { message: why })
  })
}

/**
 * Returns the cookie of a signed-in browser. Browsers send a cookie to every port of a host, so its name has the port:
 * two servers do not overwrite each other's. Its value opens this port only, and does not tell the token.
 */
function sessionOf({ env }: Context, token: string): { readonly cookie: string; readonly id: string } {
  const port = (env as HttpBindings).incoming.socket.localPort ?? 0
  return { cookie: `swath_${port}`, id: createHmac('sha256', token).update(`page on port ${port}`).digest('base64url') }
}

/** Returns the path and query of an address on this server; two slashes at its start would name another host. */
export function withoutToken(address: string): string {
  const { pathname, searchParams } = new URL(address)
  searchParams.delete('token')
  const query = searchParams.toString()
  return `/${pathname.replace(/^[/\\]+/, '')}${query === '' ? '' : `?${query}`}`
}

function isApi(path: string): boolean {
  return path.startsWith('/api/')
}

/** A form that asks for the token and keeps the rest of the query, which holds the view. */
function signIn({ token: _, ...query }: Readonly<Record<string, string>>) {
  const kept = Object.entries(query).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  return html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <title>swath</title>
      <h1>swath</h1>
      <p>Open the address that <code>swath serve</code> printed, or enter its token:</p>
      <form>
        ${kept}<input name="token" type="password" aria-label="Token" autofocus required /> <button>Open</button>
      </form>
    </html>`
}

/** Compares in constant time. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
