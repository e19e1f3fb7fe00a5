import type { TrialRecord } from '../../../src/figures/trial-record.ts'
import { shownBytes } from '../numbers.ts'
import { Panel } from '../panel.tsx'

/** The files that a trial left. */
export function Artifacts({ trial: { artifacts } }: { readonly trial: TrialRecord }) {
  if (artifacts.length === 0) return null
  return (
    <Panel title="Files">
      <div class="scroll" tabIndex={0} role="region" aria-label="Files that it left">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">file</th>
              <th scope="col">kind</th>
              <th scope="col" class="number">
                epoch
              </th>
              <th scope="col" class="number">
                size
              </th>
              <th scope="col">SHA-256</th>
            </tr>
          </thead>
          <tbody>
            {artifacts.map(({ id, kind, epoch, name, bytes, sha256 }) => (
              <tr key={id}>
                <th scope="row">
                  <a href={`/api/v1/artifacts/${id}`} download>
                    {name.slice(name.lastIndexOf('/') + 1)}
                  </a>
                </th>
                <td>{kind}</td>
                <td class="number">{epoch ?? '–'}</td>
                <td class="number">{shownBytes(bytes)}</td>
                <td>
                  <code title={sha256}>{sha256.slice(0, 12)}…</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}
