import { useEffect, useMemo, useState } from 'preact/hooks'

import { Answer, type SqlAnswer } from '../parts/sql/answer.tsx'
import { Choose } from '../parts/choose.tsx'
import { Editor } from '../parts/lazy-editor.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { query, show } from '../state/address.ts'
import { post } from '../state/api.ts'
import { useData } from '../state/use-data.ts'

interface StoreTable {
  readonly name: string
  readonly isView: boolean
  readonly columns: readonly string[]
}

interface ExampleQuery {
  readonly name: string
  readonly statement: string
}

const first = 'select name, method, trials, completed, failed\nfrom progress\norder by created_at desc'

/** Any question to the store, with what there is to ask beside it. */
export function Sql() {
  const [text, setText] = useState(query.value.get('q') ?? first)
  const [answer, setAnswer] = useState<SqlAnswer | undefined>()
  const [error, setError] = useState<Error | undefined>()
  const [isAsking, setAsking] = useState(false)
  const { value: tables = [] } = useData<StoreTable[]>('/schema')
  const { value: examples = [] } = useData<ExampleQuery[]>('/queries')
  useEffect(() => {
    document.title = 'SQL – swath'
  }, [])
  const language = useMemo(
    () => ({ kind: 'sql' as const, schema: Object.fromEntries(tables.map(({ name, columns }) => [name, columns])) }),
    [tables],
  )
  const ask = (statement = text) => {
    setAsking(true)
    setError(undefined)
    show({ q: statement })
    post<SqlAnswer>('/sql', { statement })
      .then(setAnswer)
      .catch((thrown: unknown) => {
        setError(thrown as Error)
      })
      .finally(() => {
        setAsking(false)
      })
  }
  return (
    <>
      <h1>SQL</h1>
      <div class="beside">
        <section class="panel" aria-label="Question">
          <header>
            <Choose
              label="example"
              value=""
              none="choose one"
              names={examples.map(({ name }) => name)}
              onChange={(name) => {
                const found = examples.find((example) => example.name === name)
                if (found === undefined) return
                setText(found.statement)
                ask(found.statement)
              }}
            />
          </header>
          <Editor
            label="Question in SQL"
            text={text}
            language={language}
            onChange={setText}
            onRun={() => {
              ask()
            }}
          />
          <div class="actions">
            <button
              type="button"
              class="main"
              disabled={isAsking}
              onClick={() => {
                ask()
              }}
            >
              {isAsking ? 'Asking …' : 'Ask'}
            </button>
            <span class="note">Ctrl-Enter asks. Questions only: at most 1,000 rows, ten seconds.</span>
          </div>
          {error === undefined ? null : <Trouble error={error} />}
        </section>
        <aside class="panel schema" aria-label="Views and tables">
          <h2>Views and tables</h2>
          {tables.map(({ name, isView, columns }) => (
            <details key={name}>
              <summary>
                {name} <span class="unit">{isView ? 'view' : 'table'}</span>
              </summary>
              <ul>
                {columns.map((column) => (
                  <li key={column}>{column}</li>
                ))}
              </ul>
            </details>
          ))}
        </aside>
      </div>
      {answer === undefined ? null : <Answer answer={answer} />}
    </>
  )
}
