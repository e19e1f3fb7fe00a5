import type { SqliteDatabase, SqliteStatement } from 'kysely'

import type { Database, Statement } from '../../sqlite/database.ts'

/** Of the sort that a run asks again and again; what changes the schema is asked once. */
const isAskedAgain = /^\s*(?:select|with|insert|update|delete|begin|commit)\b/i
/** A run asks some hundred; a command that makes statements of any length is not to keep them all. */
const mostKept = 300

/**
 * The connection as Kysely sees it, with statements prepared once: for short ones it takes SQLite longer than to run
 * them.
 * @param onWrite called for each statement that may change something
 */
export function keepingStatements(database: Database, onWrite: () => void): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>()
  return {
    close: () => {
      database.close()
    },
    prepare: (text) => {
      const known = kept.get(text)
      if (known !== undefined) return known
      const statement = noticing(database.prepare(text), onWrite)
      if (isAskedAgain.test(text)) {
        if (kept.size >= mostKept) kept.clear()
        kept.set(text, statement)
      }
      return statement
    },
  }
}

function noticing(statement: Statement, onWrite: () => void): SqliteStatement {
  if (statement.readonly) return statement
  return {
    reader: statement.reader,
    all(parameters) {
      onWrite()
      return statement.all(parameters)
    },
    run(parameters) {
      onWrite()
      return statement.run(parameters)
    },
    iterate(parameters) {
      onWrite()
      return statement.iterate(parameters)
    },
  }
}
