import { SwathError } from '../../errors.ts'

const comments = /--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$)/g
const beginning = /^(?:explain\b(?:\s*query\s+plan\b)?\s*)?(?:select|with|values)\b/i

/**
 * Refuses what does not begin as a question. It has to be known before SQLite sees the statement: a pragma takes effect
 * while it is compiled, even behind EXPLAIN. @throws SwathError('sql')
 */
export function refuseAllButQuestions(statement: string): void {
  if (statement.includes('\0')) throw new SwathError('sql', 'the statement has a NUL character in it')
  const text = statement.replace(comments, ' ').trimStart()
  if (text === '') throw new SwathError('sql', 'there is no statement to run')
  if (!beginning.test(text)) throw onlyQuestions()
}

export function onlyQuestions(): SwathError {
  return new SwathError('sql', 'only questions are answered here: the statement has to be a SELECT', {
    hint: 'the results change through `swath run`, `resume`, `cancel` and `delete` alone',
  })
}
