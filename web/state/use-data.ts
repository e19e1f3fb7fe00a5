import { useEffect, useRef, useState } from 'preact/hooks'

import { get } from './api.ts'

export interface Data<T> {
  /** What was answered last: it stays on the screen until there is something newer. */
  readonly value: T | undefined
  readonly error: Error | undefined
  readonly isLoading: boolean
}

/** Asking takes a hundredth of the time at most: what is looked at may be training on the same cores. */
const share = 100
const leastMs = 1_000

/**
 * What a path of the API answers, asked again when the path changes and, not too often, when `version` does.
 *
 * @param path null while there is nothing to ask
 * @param done changes with what somebody did: then it is asked again at once
 */
export function useData<T>(path: string | null, version: number | string = 0, done = 0): Data<T> {
  const [data, setData] = useState<Data<T>>({ value: undefined, error: undefined, isLoading: path !== null })
  const last = useRef({ path, done, endedAt: 0, tookMs: 0 })
  useEffect(() => {
    if (path === null) {
      setData({ value: undefined, error: undefined, isLoading: false })
      return
    }
    const isNew = last.current.path !== path || last.current.done !== done || last.current.endedAt === 0
    const pause = Math.max(leastMs, share * last.current.tookMs)
    const wait = isNew ? 0 : Math.max(0, last.current.endedAt + pause - performance.now())
    const abort = new AbortController()
    const ask = async () => {
      setData((before) => ({ ...before, isLoading: true }))
      const began = performance.now()
      try {
        const value = await get<T>(path, abort.signal)
        setData({ value, error: undefined, isLoading: false })
      } catch (error) {
        if (abort.signal.aborted) return
        setData((before) => ({ ...before, error: error as Error, isLoading: false }))
      }
      last.current = { path, done, endedAt: performance.now(), tookMs: performance.now() - began }
    }
    const timer = setTimeout(() => void ask(), wait)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [path, version, done])
  return data
}
