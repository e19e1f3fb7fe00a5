import { useState } from 'preact/hooks'

import type { ConfusionResult } from '../../../src/server/models/protocol.ts'
import { useData } from '../../state/use-data.ts'
import { formatPercent } from '../../../src/report/format.ts'
import { Panel } from '../panel.tsx'

/** What a model takes for what: all test examples are classified for that, so only where somebody asks. */
export function Confusion({ trial }: { readonly trial: number }) {
  const [isAsked, setAsked] = useState(false)
  const data = useData<ConfusionResult>(isAsked ? `/trials/${trial}/confusion` : null)
  return (
    <Panel title="What it takes for what" data={data}>
      {data.value === undefined ? (
        <button
          type="button"
          disabled={isAsked && data.error === undefined}
          onClick={() => {
            setAsked(true)
          }}
        >
          {isAsked && data.error === undefined ? 'Classifying the test examples …' : 'Show the confusion matrix'}
        </button>
      ) : (
        <Matrix {...data.value} />
      )}
    </Panel>
  )
}

function Matrix({ classNames, confusion, accuracy }: ConfusionResult) {
  const mostWrong = confusion.reduce(
    (most, row, k) => row.reduce((greatest, count, j) => (j === k ? greatest : Math.max(greatest, count)), most),
    1,
  )
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Confusion matrix">
      <table class="confusion">
        <caption>
          Test examples by what they are (rows) and what they are taken for (columns); {formatPercent(accuracy)} are
          right
        </caption>
        <thead>
          <tr>
            <td />
            {classNames.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">right</th>
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, k) => {
            const total = row.reduce((sum, count) => sum + count, 0)
            return (
              <tr key={k}>
                <th scope="row">{classNames[k]}</th>
                {row.map((count, j) => (
                  <td
                    key={j}
                    class={j === k ? 'right' : 'wrong'}
                    style={{ '--shade': `${Math.round((45 * count) / (j === k ? Math.max(total, 1) : mostWrong))}%` }}
                  >
                    {count === 0 ? <span class="zero">0</span> : count}
                  </td>
                ))}
                <td>{total === 0 ? '–' : formatPercent((row[k] ?? 0) / total)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
