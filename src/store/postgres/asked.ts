import pg from 'pg'
import Cursor from 'pg-cursor'

import type { Asked } from '../reader/asked.ts'
import type { AnswerParts } from '../reader/parts.ts'
import type { PostgresSettings, Question } from '../reader/protocol.ts'
import { notInTime } from '../reader/question.ts'
import type { SqlValue } from '../store.ts'
import { Candidates, refuseWrongServer } from './candidates.ts'
import { exactValues } from './exact-values.ts'
import { parseLocation } from './location.ts'
import { readingRole } from './reading-role.ts'
import { transactionSettings } from './session.ts'
import { refuseSideEffects } from './side-effects.ts'

/** So many rows are fetched at once, fewer of long ones: of an answer that nobody wants whole most are never read. */
const mostRows = 1_000
const firstRows = 20
const mostBytes = 2 ** 21
/** How the server says that its time is up, or that somebody gave the question up. */
const cancelled = '57014'
/** 24 days: the server counts milliseconds in 32 bits. */
const longestMs = 2 ** 31 - 1

/** A lock of the session outlives its transaction, and is given back in it: a pooler may choose another connection later. */
const endOfQuestion = 'rollback to savepoint question; select pg_catalog.pg_advisory_unlock_all(); rollback'

interface Session {
  readonly client: pg.Client
  /** Gives a transaction the store's settings and the role of a reader. */
  readonly setUp: string
}

/** A server, asked in transactions that may only read, as a role that may do no more where there is one. */
export class AskedPostgres implements Asked {
  readonly misunderstood = [
    [/cannot insert multiple commands/, 'there is more than one statement: ask one question at a time'],
    [/bind message supplies/, 'the statement has parameters such as $1: write their values in it'],
    [/in a read-only transaction/, 'only questions are answered here: the statement has to be a SELECT'],
  ] as const
  readonly #settings: PostgresSettings
  #session: Session | undefined

  constructor(settings: PostgresSettings) {
    this.#settings = settings
  }

  async answer({ statement, timeoutMs }: Question, parts: AnswerParts): Promise<void> {
    const { client, setUp } = (this.#session ??= await this.#connect())
    await refuseSideEffects(client, statement)
    const timeout = timeoutMs > longestMs ? 0 : Math.max(1, Math.ceil(timeoutMs))
    // The server also gives up a question when nobody waits for it any more.
    await client.query(`
      begin isolation level repeatable read read only;
      ${setUp};
      set local statement_timeout = ${timeout};
      set local client_connection_check_interval = '1s';
      savepoint question`)
    try {
      await answerWithin(client, statement, parts)
    } catch (error) {
      throw (error as { readonly code?: unknown }).code === cancelled ? notInTime(timeoutMs) : error
    } finally {
      await client.query(endOfQuestion).catch(() => undefined)
    }
  }

  async #connect(): Promise<Session> {
    const { candidates, schema } = parseLocation(this.#settings.location)
    const client = await new Candidates(candidates).connect(async ({ config, wanted }) => {
      const client = new pg.Client({ ...config, types: exactValues })
      // What is asked next says so.
      client.on('error', () => {
        this.#session = undefined
      })
      await client.connect()
      await refuseWrongServer(client, wanted)
      return client
    })
    return { client, setUp: transactionSettings(schema, await readingRole(client, schema)) }
  }
}

async function answerWithin(client: pg.Client, statement: string, parts: AnswerParts): Promise<void> {
  const cursor = client.query(new Cursor<SqlValue[]>(statement, [], { rowMode: 'array', types: exactValues }))
  let hasColumns = false
  let isOpen = true
  try {
    for (;;) {
      const many = hasColumns ? Math.ceil(mostBytes / Math.max(1, parts.rowBytes)) : firstRows
      const wanted = Math.min(many, mostRows, parts.left)
      isOpen = false
      const { rows, columns } = await read(cursor, wanted)
      isOpen = rows.length === wanted
      if (!hasColumns) await parts.columns(columns)
      hasColumns = true
      for (const row of rows) if (!parts.add(row)) return
      if (parts.isFull) await parts.flush()
      if (!isOpen) return
    }
  } finally {
    // One that has ended, or failed, is closed.
    if (isOpen) await cursor.close()
  }
}

function read(cursor: Cursor<SqlValue[]>, most: number): Promise<{ rows: SqlValue[][]; columns: string[] }> {
  return new Promise((resolve, reject) => {
    cursor.read(most, (error, rows, result) => {
      // Its types do not say that it may be null.
      if (error instanceof Error) reject(error)
      else resolve({ rows, columns: result.fields.map(({ name }) => name) })
    })
  })
}
