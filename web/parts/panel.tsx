import type { ComponentChildren, RefObject } from 'preact'

import type { Data } from '../state/use-data.ts'
import { Trouble } from './trouble.tsx'

interface Props {
  readonly title: string
  /** What changes what is seen. */
  readonly controls?: ComponentChildren
  readonly data?: Data<unknown>
  readonly isWide?: boolean
  readonly place?: RefObject<HTMLElement | null>
  readonly children: ComponentChildren
}

/** A part of a page with a heading. */
export function Panel({ title, controls, data, isWide, place, children }: Props) {
  return (
    <section
      ref={place ?? null}
      class={isWide === true ? 'panel wide' : 'panel'}
      aria-label={title}
      aria-busy={data?.isLoading === true}
    >
      <header>
        <h2>{title}</h2>
        <div class="controls">{controls}</div>
      </header>
      {data?.error === undefined ? null : <Trouble error={data.error} />}
      {children}
    </section>
  )
}
