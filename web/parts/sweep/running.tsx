import type { Report } from '../../../src/programs/program.ts'
import type { SweepNews } from '../../../src/server/sweep-watch.ts'
import type { SweepDetail } from '../../state/sweep.ts'
import { shownNumber, shownParameters } from '../numbers.ts'

/** The trials that train at present, and what they reported last. */
export function Running({ sweep, news }: { readonly sweep: SweepDetail; readonly news: SweepNews | undefined }) {
  if (news === undefined || news.running.length === 0) return null
  return (
    <section class="panel" aria-label="Running trials">
      <header>
        <h2>Running</h2>
      </header>
      <div class="scroll">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Trial</th>
              <th scope="col">Worker</th>
              <th scope="col">Epoch</th>
              <th scope="col">Parameters</th>
              <th scope="col">Last report</th>
            </tr>
          </thead>
          <tbody>
            {news.running.map(({ trial, host, worker, params, report }) => (
              <tr key={trial}>
                <th scope="row">
                  <a href={`/trials/${trial}`}>{trial}</a>
                </th>
                <td>
                  {worker ?? '–'}
                  {host === null ? '' : ` on ${host}`}
                </td>
                <td class="number">{report?.epoch ?? '–'}</td>
                <td>{shownParameters(params)}</td>
                <td>{told(report, sweep) || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

/** Metrics of a report that there is room for. */
const mostMetrics = 4

/** A report in a line, objectives first. */
function told(report: Report | null, { columns, objectives }: SweepDetail): string {
  const first = objectives.map(({ name }) => columns.find((column) => column.name === name)?.of ?? name)
  const names = Object.keys(report ?? {}).filter((name) => name !== 'epoch')
  const shown = [...first.filter((name) => names.includes(name)), ...names.filter((name) => !first.includes(name))]
  return shown
    .slice(0, mostMetrics)
    .map((name) => `${name} ${shownNumber(report?.[name] ?? NaN)}`)
    .join(', ')
}
