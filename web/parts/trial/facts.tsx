import type { TrialRecord } from '../../../src/figures/trial-record.ts'
import { shownNumber, shownValue } from '../numbers.ts'
import { Panel } from '../panel.tsx'

/** What a trial is: its parameters, and what its model costs. */
export function Facts({ trial }: { readonly trial: TrialRecord }) {
  const { params, seed, repeat, parameter_count, flops, weights_sha256, host, worker } = trial
  return (
    <Panel title="Parameters">
      <dl class="facts-list">
        {Object.entries(params).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{shownValue(value)}</dd>
          </div>
        ))}
        <Fact name="seed" value={String(seed)} />
        {repeat === 0 ? null : <Fact name="repeat" value={String(repeat)} />}
        {parameter_count === null ? null : <Fact name="weights" value={shownNumber(parameter_count)} />}
        {flops === null ? null : <Fact name="FLOPs" value={shownNumber(flops)} />}
        {host === null ? null : <Fact name="trained on" value={`${host}, worker ${worker ?? '–'}`} />}
        {weights_sha256 === null ? null : <Fact name="SHA-256 of the weights" value={weights_sha256} />}
      </dl>
    </Panel>
  )
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div class="quiet">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
