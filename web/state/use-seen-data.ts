import type { RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

import { useData, type Data } from './use-data.ts'

export interface SeenData<T> extends Data<T> {
  /** For the element that shows it. */
  readonly place: RefObject<HTMLElement | null>
}

/** So far below what is in sight it is asked for ahead of time. */
const margin = '300px'

/** What a path of the API answers, from when the place that shows it has come into sight. */
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
  return { ...useData<T>(isSeen ? path : null, version), place }
}
