import pg from 'pg'

type Query = (this: pg.Client, ...args: unknown[]) => unknown

/** Counts what this process asks of servers from now on, each `begin` and `commit` among it. */
export function countStatements(): () => number {
  let count = 0
  const prototype = pg.Client.prototype as { query: Query }
  const { query } = prototype
  prototype.query = function (...args) {
    count++
    return query.apply(this, args)
  }
  return () => count
}
