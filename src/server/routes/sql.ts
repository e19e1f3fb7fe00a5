import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { createRoute, z } from '@hono/zod-openapi'

import { Gate } from '../../gate.ts'
import { packageRoot } from '../../package-root.ts'
import { pathFrom } from '../../path-below.ts'
import { clientSignal } from '../client-signal.ts'
import type { ServerContext } from '../context.ts'
import { bodyOf } from '../guards/limits.ts'
import { answers, jsonBody, routes } from './route.ts'

/** Questions of the SQL page at a time. The store has more readers: plots and tables never wait for a slow question. */
const bounds = { places: 2, mostWaiting: 8 }
const mostRows = 10_000
const mostSeconds = 30

const question = z.object({
  statement: z.string().openapi({ example: 'select name, trials, completed from progress' }),
  limit: z.number().int().min(1).max(mostRows).default(1_000),
  seconds: z.number().positive().max(mostSeconds).default(10),
})

const value = z.union([z.string(), z.number(), z.boolean()]).nullable()

const answer = z
  .object({
    columns: z.array(z.string()),
    rows: z.array(z.array(value)),
    truncated: z.boolean().openapi({ description: 'There are more rows than were asked for.' }),
    ms: z.number(),
  })
  .openapi('SqlAnswer')

const table = z.object({ name: z.string(), isView: z.boolean(), columns: z.array(z.string()) }).openapi('StoreTable')

const example = z.object({ name: z.string(), statement: z.string() }).openapi('ExampleQuery')

export function sqlRoutes({ store }: ServerContext) {
  const app = routes()
  const gate = new Gate('questions', bounds)
  app.openapi(
    createRoute({
      ...{ method: 'post', path: '/sql', summary: 'Ask anything, read-only', tags: ['sql'] },
      ...{ middleware: bodyOf('text'), request: { body: jsonBody(question) } },
      responses: answers(answer, 'The rows'),
    }),
    async (context) => {
      const { statement, limit, seconds } = context.req.valid('json')
      const began = performance.now()
      const signal = clientSignal(context)
      const ask = () => store.query(statement, { limit, timeoutMs: 1000 * seconds, signal })
      const { columns, rows, truncated } = await gate.pass(ask, signal)
      const asJson = (cell: unknown) =>
        cell instanceof Uint8Array
          ? `${cell.length} bytes`
          : typeof cell === 'bigint'
            ? String(cell)
            : ((cell ?? null) as z.infer<typeof value>)
      return context.json(
        {
          ...{ columns: [...columns], truncated, ms: performance.now() - began },
          rows: rows.map((row) => columns.map((column) => asJson(row[column]))),
        },
        200,
      )
    },
  )
  app.openapi(
    createRoute({
      ...{ method: 'get', path: '/schema', summary: 'Views, tables and their columns', tags: ['sql'] },
      responses: answers(z.array(table), 'Views first'),
    }),
    async (context) => {
      const tables = await store.db.introspection.getTables()
      const described = tables
        .map(({ name, isView, columns }) => ({ name, isView, columns: columns.map((column) => column.name) }))
        .sort((a, b) => Number(b.isView) - Number(a.isView) || a.name.localeCompare(b.name, 'en'))
      return context.json(described, 200)
    },
  )
  app.openapi(
    createRoute({
      ...{ method: 'get', path: '/queries', summary: 'Questions to start from', tags: ['sql'] },
      responses: answers(z.array(example), 'Those that come with swath'),
    }),
    (context) => context.json(examples(), 200),
  )
  return app
}

function examples(): z.infer<typeof example>[] {
  const folder = join(packageRoot, 'db', 'queries')
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => ({ name: basename(file, '.sql'), statement: readFileSync(pathFrom(folder, file), 'utf8') }))
}
