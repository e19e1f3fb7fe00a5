import { useEffect, useState } from 'preact/hooks'

import type { SweepSummary } from '../../src/figures/sweep-list.ts'
import { formatMean } from '../../src/report/format.ts'
import { Progress } from '../parts/progress.tsx'
import { Spark } from '../parts/spark.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { useData } from '../state/use-data.ts'

const lookMs = 2_000

/** All sweeps, the newest first. */
export function Sweeps() {
  const [version, setVersion] = useState(0)
  useEffect(() => {
    document.title = 'Sweeps – swath'
    const timer = setInterval(() => {
      if (!document.hidden) setVersion((before) => before + 1)
    }, lookMs)
    return () => {
      clearInterval(timer)
    }
  }, [])
  const { value: sweeps, error } = useData<SweepSummary[]>('/sweeps', version)
  return (
    <>
      <h1>Sweeps</h1>
      {error === undefined ? null : <Trouble error={error} />}
      {sweeps?.length === 0 ? (
        <p class="empty">
          This store has no sweep yet. <a href="/new">Start one here</a>, or type <code>swath run sweep.yaml</code>.
        </p>
      ) : null}
      {sweeps === undefined || sweeps.length === 0 ? null : (
        <div class="scroll">
          <table class="rows">
            <thead>
              <tr>
                <th scope="col">Sweep</th>
                <th scope="col">State</th>
                <th scope="col">Progress</th>
                <th scope="col">Best</th>
                <th scope="col">Front</th>
                <th scope="col">Method</th>
                <th scope="col">Begun</th>
              </tr>
            </thead>
            <tbody>
              {sweeps.map((sweep) => (
                <tr key={sweep.id}>
                  <th scope="row">
                    <a href={`/sweeps/${encodeURIComponent(sweep.name)}`}>{sweep.name}</a>
                  </th>
                  <td>
                    <span class={`state ${sweep.state}`}>{sweep.state}</span>
                  </td>
                  <td>
                    <Progress {...sweep.progress} />
                  </td>
                  <td class="number">
                    {sweep.best === null ? '–' : formatMean(sweep.best, sweep.best_se)}
                    {sweep.objective === null ? null : <span class="unit"> {sweep.objective.name}</span>}
                  </td>
                  <td>
                    <Spark points={sweep.spark} />
                  </td>
                  <td>{sweep.method}</td>
                  <td>
                    <time dateTime={sweep.created_at}>{new Date(sweep.created_at).toLocaleString()}</time>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}
