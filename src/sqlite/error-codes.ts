/** SQLite's result codes by their number; of an extended one, which has more than eight bits, the low eight are these. */
const names: Readonly<Record<number, string>> = {
  ...{ 1: 'ERROR', 2: 'INTERNAL', 3: 'PERM', 4: 'ABORT', 5: 'BUSY', 6: 'LOCKED', 7: 'NOMEM', 8: 'READONLY' },
  ...{ 9: 'INTERRUPT', 10: 'IOERR', 11: 'CORRUPT', 12: 'NOTFOUND', 13: 'FULL', 14: 'CANTOPEN', 15: 'PROTOCOL' },
  ...{ 16: 'EMPTY', 17: 'SCHEMA', 18: 'TOOBIG', 19: 'CONSTRAINT', 20: 'MISMATCH', 21: 'MISUSE', 22: 'NOLFS' },
  ...{ 23: 'AUTH', 24: 'FORMAT', 25: 'RANGE', 26: 'NOTADB' },
}

/** `SQLITE_BUSY`; of an extended code also its number, `SQLITE_IOERR_778`. */
export function codeName(code: number): string {
  const name = `SQLITE_${names[code & 0xff] ?? code}`
  return code > 0xff ? `${name}_${code}` : name
}
