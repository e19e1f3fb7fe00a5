import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'

import type { Access } from '../context.ts'

/**
 * Refuses whoever calls this server by a name that is not its own: a page elsewhere can have its own name lead to this
 * machine (DNS rebinding), and would be taken for this server's page.
 */
export function ownHosts({ hosts }: Access) {
  return createMiddleware(async (context, next) => {
    const name = hostName(context.req.header('host') ?? '')
    if (!hosts.has(name)) {
      throw new HTTPException(421, {
        message: `this server is not ${name || 'named'}: start it with --allow-host ${name}`,
      })
    }
    await next()
  })
}

/** Without its port; an IPv6 address without its brackets. */
function hostName(header: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(header.trim().toLowerCase()) ?? []
  return bracketed ?? plain ?? ''
}
