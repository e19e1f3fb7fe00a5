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

/** A name without quotes, as the server reads it: it takes every character beyond ASCII for a letter. */
const plain = String.raw`[\w$\u{80}-\u{10ffff}]+`
const quoted = '"((?:[^"]|"")+)"'
/** What may stand before the parenthesis of a call; a comment may stand in between. */
const called = String.raw`\s*(?:\(|--|/\*)`
/*
 * Texts are searched as well, so that no quote can hide a call. What is behind a name is only looked at, so that a match
 * never swallows the next one.
 */
const calls = [new RegExp(`(${plain})"?(?=${called})`, 'gu'), new RegExp(`(?=${quoted}${called})`, 'gu')]
/** A function that takes one argument of any type is also called without a parenthesis: `(42).name`. */
const attributes = [new RegExp(String.raw`\.\s*"?(${plain})`, 'gu'), new RegExp(String.raw`\.(?=\s*${quoted})`, 'gu')]
const words = [new RegExp(`(${plain})`, 'gu'), new RegExp(`(?=${quoted})`, 'gu')]

/** PostgreSQL can have defined these too; a statement may use each without the name of its function. */
const effects = `
  with refused as (
    select p.oid, p.proname as name, p.pronargs - p.pronargdefaults <= 1 and p.pronargs >= 1 as "takesOne"
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    join pg_catalog.pg_language l on l.oid = p.prolang
    where p.provolatile = 'v' and not (n.nspname = 'pg_catalog' and p.proname::text = any($1::text[]))
      -- Functions of extensions that run a text, such as crosstab and connectby, call themselves stable.
      or p.provolatile = 's' and n.nspname <> 'pg_catalog' and 'text'::regtype = any(p.proargtypes::oid[])
        and (l.lanname not in ('sql', 'c', 'internal') or l.lanname = 'c' and p.proretset)
  ), functions as (
    select name, "takesOne" from refused
    union all
    select f.proname, f.pronargs = 1
    from pg_catalog.pg_aggregate a join pg_catalog.pg_proc f on f.oid = a.aggfnoid
    where exists (select from refused r where r.oid in (a.aggtransfn, a.aggfinalfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn))
  )
  select name::text from functions
  where pg_catalog.lower(name::text)::name = any($2::name[])
    or "takesOne" and pg_catalog.lower(name::text)::name = any($3::name[])
  union
  select 'operator ' || o.oprname from pg_catalog.pg_operator o join refused r on r.oid = o.oprcode
  where pg_catalog.strpos($5, o.oprname::text) > 0
  union
  select 'the cast to ' || t.typname from pg_catalog.pg_cast c
  join refused r on r.oid = c.castfunc
  join pg_catalog.pg_type t on t.oid = c.casttarget
  where pg_catalog.lower(t.typname::text)::name = any($4::name[])
    or pg_catalog.format_type(t.oid, null) = any($4::text[])
  order by 1`

/**
 * Refuses a question that calls a function with side effects, by whatever name it is defined on this server: for a
 * user without the role of a reader nothing else would.
 * @throws SwathError('sql')
 */
export async function refuseSideEffects(client: Client, statement: string): Promise<void> {
  if (/U&"/i.test(statement)) {
    throw new SwathError('sql', 'names in U&"…" are not read here', { hint: 'write them plainly' })
  }
  const all = namesBy(words, statement)
  // A comment may stand between a dot and its name, and comments nest: then every name counts.
  const behindDots = /--|\/\*/.test(statement) ? all : namesBy(attributes, statement)
  const { rows } = await client.query<{ name: string }>(effects, [
    ...[harmless, namesBy(calls, statement), behindDots, all],
    statement,
  ])
  const [found] = rows
  if (found === undefined) return
  throw new SwathError('sql', `${found.name} is not called here: it may change something on the server`, {
    hint: 'only questions are answered here; another way to the server is psql',
  })
}

function namesBy(patterns: readonly RegExp[], statement: string): string[] {
  const names = patterns.flatMap((pattern) => [...statement.matchAll(pattern)].map(([, name = '']) => name))
  return [...new Set(names.map((name) => name.replaceAll('""', '"').toLowerCase()))]
}
