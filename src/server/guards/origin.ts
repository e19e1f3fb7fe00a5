import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'

/**
 * Refuses requests that a browser makes for a page of another origin: it can neither read nor act. A link to the page
 * itself may be followed.
 */
export const ownOrigin = createMiddleware(async ({ req }, next) => {
  const origin = req.header('origin')
  const own = ownOriginOf(req.header('host') ?? '', req.header('x-forwarded-proto'))
  if (origin !== undefined && originOf(origin) !== own) throw elsewhere(own)
  const site = req.header('sec-fetch-site')
  const isLink =
    req.method === 'GET' && req.header('sec-fetch-mode') === 'navigate' && req.header('sec-fetch-dest') === 'document'
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isLink) throw elsewhere(own)
  await next()
})

/** @param forwarded the scheme that a proxy was asked with; a page cannot make a browser send this header elsewhere */
function ownOriginOf(host: string, forwarded: string | undefined): string | undefined {
  const scheme = forwarded?.split(',')[0]?.trim().toLowerCase() === 'https' ? 'https' : 'http'
  return originOf(`${scheme}://${host}`)
}

/** Undefined for what is no address, such as `null`. */
function originOf(address: string): string | undefined {
  try {
    return new URL(address).origin
  } catch {
    return undefined
  }
}

function elsewhere(own: string | undefined): HTTPException {
  const message = `this was asked by a page of another origin than ${own ?? 'this server'}; a proxy that ends TLS has to send X-Forwarded-Proto`
  return new HTTPException(403, { message })
}
