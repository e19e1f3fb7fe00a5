import { SwathError } from '../errors.ts'

/** The file that `sqlite:path`, or a plain path, names. @throws SwathError('usage') for another kind of store */
export function sqlitePath(location: string): string {
  if (/^postgres(ql)?:/.test(location)) {
    throw new SwathError('usage', `--store ${redacted(location)}: PostgreSQL is not supported yet`, {
      hint: 'use sqlite:<file>',
    })
  }
  return location.replace(/^sqlite:(\/\/(?=\/))?/, '')
}

/** A location without its password: errors are pasted into chats. */
function redacted(location: string): string {
  return location.replace(/\/\/[^@/]*@/, '//…@')
}
