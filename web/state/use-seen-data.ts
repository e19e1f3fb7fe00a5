import PQueue from 'p-queue'
import type { RefObject } from 'preact'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

import { useData, type Data, type InTurn } from './use-data.ts'

export interface SeenData<T> extends Data<T> {
  /** For the element that shows it. */
  readonly place: RefObject<HTMLElement | null>
}

/** So far below what is in sight it is asked for ahead of time. */
const margin = '300px'

/** One at a time: all at once they would only share the processor, and the first be as late as the last. */
const turns = new PQueue({ concurrency: 1 })
const nextFrame = () => new Promise(requestAnimationFrame)

/** What a path of the API answers, from when the place that shows it has come into sight; what is above it first. */
export function useSeenData<T>(path: string | null, version: number): SeenData<T> {
  const place = useRef<HTMLElement>(null)
  const [isSeen, setSeen] = useState(false)
  useEffect(() => {
    if (place.current === null) return
    const watch = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return
        setSeen(true)
        watch.disconnect()
      },
      { rootMargin: margin },
    )
    watch.observe(place.current)
    return () => {
      watch.disconnect()
    }
  }, [])
  const inTurn = useCallback<InTurn<T>>((ask, signal) => {
    // Who comes first is seen when all have come. A page that nobody looks at has no next frame, and asks nothing.
    if (turns.pending === 0) void turns.add(nextFrame)
    const { top = 0, left = 0 } = place.current?.getBoundingClientRect() ?? {}
    return turns.add(ask, { signal, priority: -(top * screen.width + left) })
  }, [])
  return { ...useData<T>(isSeen ? path : null, version, 0, inTurn), place }
}
