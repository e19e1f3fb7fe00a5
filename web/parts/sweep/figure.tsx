import type { ComponentChildren } from 'preact'
import { useCallback } from 'preact/hooks'

import type { Drawing as Drawn, Frame } from '../../../src/plots/frame.ts'
import type { SeenData } from '../../state/use-seen-data.ts'
import { Drawing, type DrawnPlot } from '../drawing.tsx'
import { Panel } from '../panel.tsx'

interface Props<T> {
  readonly title: string
  readonly controls?: ComponentChildren
  readonly data: SeenData<T>
  /** What is to be drawn of an answer; undefined where there is nothing yet. */
  readonly drawn: (answer: T) => Figure | undefined
  /** What is said where there is nothing. */
  readonly empty: string
  /** Changes with how it is drawn. */
  readonly look?: string
  readonly hasParts?: boolean
  readonly onDrawn?: (plot: DrawnPlot) => void
  readonly onClick?: (datum: unknown) => void
}

interface Figure {
  readonly draw: (frame: Frame) => Drawn
  readonly height: number
  readonly label: string
  readonly note?: ComponentChildren
}

/** A panel with a drawing of what the server answered. */
export function FigurePanel<T>({ title, controls, data, drawn, empty, look, hasParts, onDrawn, onClick }: Props<T>) {
  const figure = data.value === undefined ? undefined : drawn(data.value)
  const draw = useCallback((frame: Frame) => figure?.draw(frame) ?? { title, parts: [] }, [data.value, look])
  return (
    <Panel title={title} controls={controls} data={data} place={data.place}>
      {figure === undefined ? (
        <p class={data.value === undefined ? 'empty room' : 'empty'}>
          {data.value === undefined && data.isLoading ? 'Reading …' : empty}
        </p>
      ) : (
        <>
          <Drawing
            draw={draw}
            height={figure.height}
            label={figure.label}
            {...(hasParts !== undefined && { hasParts })}
            {...(onDrawn !== undefined && { onDrawn })}
            {...(onClick !== undefined && { onClick })}
          />
          {figure.note === undefined ? null : <p class="note">{figure.note}</p>}
        </>
      )}
    </Panel>
  )
}
