import { SwathError } from '../errors.ts'

/** The name of a view or a column, as both dialects take it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * What somebody has typed to choose trials by, as part of a statement. The statement is asked where nothing can be
 * written: this keeps a slip from having the rest of the statement mean something else, and no more.
 */
export function condition(where: string | undefined): string {
  if (where === undefined || where.trim() === '') return '1 = 1'
  if (where.includes(';')) throw new SwathError('sql', 'a condition is one expression, without ;')
  return `(${where}\n)`
}
