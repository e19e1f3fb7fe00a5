import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'

/** Refuses what a page elsewhere has the browser ask: it can neither read nor act. A link to the page itself is let in. */
export const ownOrigin = createMiddleware(async (context, next) => {
  const header = (name: string) => context.req.header(name)
  const origin = header('origin')
  if (origin !== undefined && !isOwn(origin, header('host') ?? '')) throw elsewhere()
  const site = header('sec-fetch-site')
  const isLink =
    context.req.method === 'GET' && header('sec-fetch-mode') === 'navigate' && header('sec-fetch-dest') === 'document'
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isLink) throw elsewhere()
  await next()
})

function isOwn(origin: string, host: string): boolean {
  try {
    return new URL(origin).host === host.toLowerCase()
  } catch {
    return false
  }
}

function elsewhere(): HTTPException {
  return new HTTPException(403, { message: 'this was asked by a page of another site' })
}
