import type { Client } from 'pg'

import { SwathError } from '../../errors.ts'

/**
 * Volatile functions that change nothing but their own answer. Every other volatile function may have an effect on the
 * server, on other sessions or on files, and is refused; a transaction that may only read allows most of them.
 */
export const harmless: readonly string[] = [
  ...['clock_timestamp', 'timeofday', 'random', 'random_normal', 'gen_random_uuid', 'uuidv4', 'uuidv7'],
  ...['pg_column_size', 'pg_database_size', 'pg_indexes_size', 'pg_relation_size', 'pg_table_size'],
  ...['pg_tablespace_size', 'pg_total_relation_size'],
  // For as long as a question may take.
  'pg_sleep',
  ...['pg_is_in_recovery', 'pg_blocking_pids', 'txid_status', 'pg_xact_status'],
]

/**
 * What may call a function: a name, plain or in quotes, before a parenthesis or a comment, behind which one may come. Texts
 * are searched as well, so that no quote can hide a call.
 */
const plainNames = /([\p{L}\p{M}\p{N}_$]+)"?\s*(?=\(|--|\/\*)/gu
/** A function of one value is also called without a parenthesis: `(t).name`, `(42::bigint).name`. */
const words = /[\p{L}\p{M}\p{N}_$]+/gu
const quotedNames = /"((?:[^"]|"")+)"\s*(?=\(|--|\/\*)/g
/** Functions of extensions that run a text, in which a name can be put together; they are not marked as volatile. */
const executing = '^(crosstab|connectby)'

/**
 * Refuses a question that calls a function with side effects, by whatever name it is defined on this server: for a
 * user without the role of a reader nothing else would.
 * @throws SwathError('sql')
 */
export async function refuseSideEffects(client: Client, statement: string): Promise<void> {
  if (/U&"/i.test(statement)) {
    throw new SwathError('sql', 'names in U&"…" are not read here', { hint: 'write them plainly' })
  }
  const names = [plainNames, quotedNames].flatMap((pattern) =>
    [...statement.matchAll(pattern)].map(([, name = '']) => name),
  )
  const called = [...new Set(names.map((name) => name.replaceAll('""', '"').toLowerCase()))]
  const named = [...new Set(statement.toLowerCase().match(words) ?? [])]
  const { rows } = await client.query<{ name: string }>(
    `select distinct p.proname as name from pg_catalog.pg_proc p
      join pg_catalog.pg_namespace n on n.oid = p.pronamespace
      where (p.provolatile = 'v' or p.proname operator(pg_catalog.~) $4)
        and (pg_catalog.lower(p.proname::text) = any($1::text[])
          or pg_catalog.lower(p.proname::text) = any($3::text[])
            and p.pronargs >= 1 and p.pronargs - p.pronargdefaults <= 1)
        and not (n.nspname = 'pg_catalog' and p.proname::text = any($2::text[]))
      order by 1`,
    [called, harmless, named, executing],
  )
  const [found] = rows
  if (found === undefined) return
  throw new SwathError('sql', `${found.name} is not called here: it may change something on the server`, {
    hint: 'only questions are answered here; another way to the server is psql',
  })
}
