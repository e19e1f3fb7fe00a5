import type { SweepNews } from '../../../src/server/sweep-watch.ts'
import { shownNumber, shownParameters } from '../numbers.ts'

/** The trials that train at present, and what they reported last. */
export function Running({ news }: { readonly news: SweepNews | undefined }) {
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
                <td>
                  {Object.entries(report ?? {})
                    .filter(([name]) => /accuracy|loss/.test(name))
                    .map(([name, value]) => `${name} ${shownNumber(value)}`)
                    .join(', ') || '–'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
