import type { ComponentChildren } from 'preact'

import type { Predicted } from '../../state/use-prediction.ts'
import { formatPercent } from '../../../src/report/format.ts'
import { Trouble } from '../trouble.tsx'
import { Bars } from './bars.tsx'
import { ModelFacts } from './model-facts.tsx'
import { Seen } from './seen.tsx'

interface Props {
  readonly place: 'view' | 'other'
  readonly trial: number
  readonly predicted: Predicted
  /** Where another one is chosen. */
  readonly children: ComponentChildren
}

/** A model, and what it takes the picture for. */
export function ModelView({ place, trial, predicted, children }: Props) {
  const { value, error } = predicted.trial === trial ? predicted : { value: undefined, error: undefined }
  return (
    <section class={`panel ${place}`} aria-label={`Trial ${trial}`}>
      {children}
      <ModelFacts key={trial} trial={trial} ms={value?.ms} />
      {error === undefined ? null : <Trouble error={error} />}
      <div class="answer">
        <p class="verdict">
          <strong class={(value?.label.length ?? 1) > 2 ? 'long' : undefined}>{value?.label ?? '?'}</strong>
          <span>{value === undefined ? ' ' : formatPercent(value.confidence)}</span>
        </p>
        {value === undefined ? null : <Seen {...value.seen} />}
      </div>
      <Bars prediction={value} label={`How likely each class is to trial ${trial}`} />
    </section>
  )
}
