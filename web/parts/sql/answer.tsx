import { useCallback, useState } from 'preact/hooks'

import { answerPlot, type AnswerRow } from '../../../src/plots/answer.ts'
import type { Frame } from '../../../src/plots/frame.ts'
import { csvHeader, csvLines } from '../../../src/report/csv.ts'
import { Choose } from '../choose.tsx'
import { Drawing } from '../drawing.tsx'
import { shownValue } from '../numbers.ts'
import { Panel } from '../panel.tsx'

export interface SqlAnswer {
  readonly columns: readonly string[]
  readonly rows: readonly AnswerRow[]
  readonly truncated: boolean
  readonly ms: number
}

/** What came of a question: as a table, as a plot, as a file. */
export function Answer({ answer }: { readonly answer: SqlAnswer }) {
  const { columns, rows, truncated, ms } = answer
  const numbers = columns.filter((_, k) => rows.some((row) => typeof row[k] === 'number'))
  const [asked, setAxes] = useState({ x: '', y: '' })
  const x = columns.includes(asked.x) ? asked.x : (columns[0] ?? '')
  const y = numbers.includes(asked.y) ? asked.y : (numbers.find((name) => name !== x) ?? '')
  const draw = useCallback(
    (frame: Frame) => {
      const [a, b] = [columns.indexOf(x), columns.indexOf(y)]
      const points = rows.map((row): AnswerRow => [row[a] ?? null, row[b] ?? null]).filter((row) => !row.includes(null))
      return answerPlot(points, [x, y], frame)
    },
    [answer, x, y],
  )
  const save = () => {
    const named = rows.map((row) => Object.fromEntries(columns.map((name, k) => [name, row[k] ?? null])))
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([csvHeader(columns), csvLines(columns, named)], { type: 'text/csv' }))
    link.download = 'answer.csv'
    link.click()
    URL.revokeObjectURL(link.href)
  }
  const count = `${truncated ? 'The first ' : ''}${rows.length.toLocaleString('en')} rows, ${ms.toFixed(0)} ms`
  return (
    <>
      <Panel
        title={count}
        controls={
          <button type="button" onClick={save}>
            Save as CSV
          </button>
        }
      >
        <div class="scroll tall" tabIndex={0} role="region" aria-label="Rows">
          <table class="rows">
            <thead>
              <tr>
                {columns.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, k) => (
                <tr key={k}>
                  {row.map((value, column) => (
                    <td key={column} class={typeof value === 'number' ? 'number' : undefined}>
                      {shownValue(value)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
      {y === '' || rows.length === 0 ? null : (
        <Panel
          title="As a plot"
          controls={
            <>
              <Choose
                label="over"
                value={x}
                names={columns}
                onChange={(name) => {
                  setAxes({ x: name, y })
                }}
              />
              <Choose
                label="of"
                value={y}
                names={numbers}
                onChange={(name) => {
                  setAxes({ x, y: name })
                }}
              />
            </>
          }
        >
          <Drawing draw={draw} height={320} label={`${y} over ${x}`} />
        </Panel>
      )}
    </>
  )
}
