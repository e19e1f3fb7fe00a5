import { useState } from 'preact/hooks'

import type { LayerCost } from '../../../src/models/flops.ts'
import { useData } from '../../state/use-data.ts'
import { shownNumber } from '../numbers.ts'
import { Panel } from '../panel.tsx'

/** What a trained model is made of: it is opened for that, so only where somebody asks. */
export function Layers({ trial }: { readonly trial: number }) {
  const [isAsked, setAsked] = useState(false)
  const data = useData<LayerCost[]>(isAsked ? `/trials/${trial}/layers` : null)
  const layers = data.value
  return (
    <Panel title="Layers" data={data}>
      {layers === undefined ? (
        <button
          type="button"
          disabled={isAsked && data.error === undefined}
          onClick={() => {
            setAsked(true)
          }}
        >
          {isAsked && data.error === undefined ? 'Opening its model …' : 'Show its layers'}
        </button>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Layers of its model">
          <table class="rows">
            <thead>
              <tr>
                <th scope="col">layer</th>
                <th scope="col">kind</th>
                <th scope="col">output</th>
                <th scope="col" class="number">
                  parameters
                </th>
                <th scope="col" class="number">
                  FLOPs
                </th>
              </tr>
            </thead>
            <tbody>
              {layers.map(({ name, kind, outputShape, parameterCount, flops }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{kind}</td>
                  <td>{outputShape.map((size) => size ?? '?').join(' × ')}</td>
                  <td class="number">{shownNumber(parameterCount)}</td>
                  <td class="number">{shownNumber(flops)}</td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">together</th>
                <td />
                <td />
                <td class="number">{shownNumber(sum(layers, 'parameterCount'))}</td>
                <td class="number">{shownNumber(sum(layers, 'flops'))}</td>
              </tr>
            </tfoot>
          </table>
        </div>
      )}
    </Panel>
  )
}

function sum(layers: readonly LayerCost[], of: 'parameterCount' | 'flops'): number {
  return layers.reduce((total, layer) => total + layer[of], 0)
}
