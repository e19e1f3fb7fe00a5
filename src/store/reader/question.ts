import { SwathError } from '../../errors.ts'
import type { DatabaseSettings } from './protocol.ts'

const beginnings: Readonly<Record<DatabaseSettings['kind'], RegExp>> = {
  sqlite: /^(?:explain\b(?:\s*query\s+plan\b)?\s*)?(?:select|with|values)\b/i,
  postgres: /^(?:explain\b(?:\s*\([\w\s,]*\)|\s+analyze\b|\s+verbose\b)*\s*)?(?:select|with|values|\(\s*select)(?!\w)/i,
}

/**
 * Refuses what does not begin as a question. It has to be known before the database sees the statement: a pragma takes
 * effect while it is compiled, even behind EXPLAIN, and a server copies tables to its files in a transaction that may only
 * read. @throws SwathError('sql')
 */
export function refuseAllButQuestions(statement: string, kind: DatabaseSettings['kind']): void {
  if (statement.includes('\0')) throw new SwathError('sql', 'the statement has a NUL character in it')
  const text = withoutComments(statement, kind === 'postgres').trimStart()
  if (text === '') throw new SwathError('sql', 'there is no statement to run')
  if (!beginnings[kind].test(text)) throw onlyQuestions()
}

export function onlyQuestions(): SwathError {
  return new SwathError('sql', 'only questions are answered here: the statement has to be a SELECT', {
    hint: 'the results change through `swath run`, `resume`, `cancel` and `delete` alone',
  })
}

export function notInTime(timeoutMs: number): SwathError {
  return new SwathError('sql', `the question was not answered within ${timeoutMs / 1000} s`, {
    hint: 'give it longer with --timeout SECONDS (0 for as long as it takes), or ask for less',
  })
}

/** A space for each comment. @param nest whether comments are within comments, as PostgreSQL has it */
function withoutComments(statement: string, nest: boolean): string {
  let text = ''
  let rest = statement
  for (let start = rest.search(comment); start >= 0; start = rest.search(comment)) {
    text += `${rest.slice(0, start)} `
    rest = rest.startsWith('--', start)
      ? rest.slice(start).replace(/^[^\n]*\n?/, '')
      : afterComment(rest.slice(start), nest)
  }
  return text + rest
}

const comment = /--|\/\*/

function afterComment(text: string, nest: boolean): string {
  const marks = /\/\*|\*\//g
  marks.lastIndex = 2
  let depth = 1
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] === '*/') depth--
    else if (nest) depth++
    if (depth === 0) return text.slice(marks.lastIndex)
  }
  return ''
}
