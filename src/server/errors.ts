import { z } from '@hono/zod-openapi'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

import { SwathError, type ErrorCode } from '../errors.ts'
import { withoutPasswords } from '../shown-location.ts'

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().openapi({ example: 'not-found' }),
      message: z.string().openapi({ example: 'there is no sweep mnist in sqlite:swath.db' }),
      hint: z.string().optional().openapi({ example: '`swath list` shows what there is' }),
    }),
  })
  .openapi('Error')

const statuses: Record<ErrorCode, ContentfulStatusCode> = {
  usage: 400,
  sql: 400,
  'sweep-file': 422,
  program: 422,
  dataset: 422,
  image: 422,
  'not-found': 404,
  'sweep-changed': 409,
  'sweep-busy': 409,
  artifact: 500,
  store: 503,
  busy: 503,
  setup: 500,
}

/** What went wrong, for whoever asked: the message and what to do next, never a stack. */
export function errorAnswer(error: Error, context: Context): Response {
  if (error instanceof SwathError) {
    const { code, message, hint } = error
    if (code === 'busy') context.header('retry-after', '5')
    return context.json({ error: { code, message, ...(hint !== undefined && { hint }) } }, statuses[code])
  }
  if (error instanceof HTTPException) {
    return context.json({ error: { code: 'refused', message: error.message } }, error.status)
  }
  // The client left: nothing reads the answer.
  if ((context.env as HttpBindings).outgoing.destroyed) return context.body(null)
  // A slip of ours is for the one who runs the server to see.
  console.error(withoutPasswords(error.stack ?? error.message))
  const message = 'swath made a mistake; the terminal that it runs in has more'
  return context.json({ error: { code: 'internal', message } }, 500)
}
