import type { LayerCost } from '../../../src/models/flops.ts'
import { useData } from '../../state/use-data.ts'
import { shownNumber } from '../numbers.ts'
import { Trouble } from '../trouble.tsx'

interface Props {
  readonly trial: number
  /** That it took for the last picture. */
  readonly ms: number | undefined
}

/** What a model costs. Asking has it opened before anything is drawn. */
export function ModelFacts({ trial, ms }: Props) {
  const { value: layers, error, isLoading } = useData<LayerCost[]>(`/trials/${trial}/layers`)
  const sum = (of: 'parameterCount' | 'flops') =>
    shownNumber((layers ?? []).reduce((total, layer) => total + layer[of], 0))
  const cost = layers === undefined ? '' : `: ${sum('parameterCount')} parameters, ${sum('flops')} FLOPs`
  return (
    <>
      <p class="facts">
        <a href={`/trials/${trial}`}>Trial {trial}</a>
        {isLoading ? ': opening its model …' : cost}
        {ms === undefined ? null : `, ${ms.toFixed(1)}\u00a0ms`}
      </p>
      {error === undefined ? null : <Trouble error={error} />}
    </>
  )
}
