import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core'
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks'
import type { RefObject } from 'preact'

const rowHeight = 30

export interface VisibleRows {
  readonly first: number
  readonly end: number
  /** Pixels of what is above and below. */
  readonly above: number
  readonly below: number
}

/** Which of many rows can be seen: only those are in the document. */
export function useRows(count: number, scroller: RefObject<HTMLElement | null>): VisibleRows {
  const [, draw] = useReducer((times: number) => times + 1, 0)
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => {
      draw(undefined)
    },
  }
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options))
  const isMounted = useRef(false)
  virtualizer.setOptions(options)
  useLayoutEffect(() => {
    if (isMounted.current) {
      virtualizer._willUpdate()
      return
    }
    isMounted.current = true
    const leave = virtualizer._didMount()
    virtualizer._willUpdate()
    return leave
  })
  const items = virtualizer.getVirtualItems()
  const [first, last] = [items[0], items.at(-1)]
  if (first === undefined || last === undefined) return { first: 0, end: Math.min(count, 20), above: 0, below: 0 }
  return { first: first.index, end: last.index + 1, above: first.start, below: virtualizer.getTotalSize() - last.end }
}
