import pg from 'pg'

const counts: readonly number[] = [pg.types.builtins.INT8, pg.types.builtins.NUMERIC]
const known = pg.types.getTypeParser as (oid: number, format?: string) => (text: string) => unknown

/** Counts, sums and means are numbers, as they are in SQLite; what is beyond 2^53 nobody counts here. */
export const plainNumbers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: string) =>
    counts.includes(oid) ? Number : known(oid, format)) as typeof pg.types.getTypeParser,
}
