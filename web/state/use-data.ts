import { useEffect, useRef, useState } from 'preact/hooks'

import { get } from './api.ts'

export interface Data<T> {
  /** What was answered last: it stays on the screen until there is something newer. */
  readonly value: T | undefined
  readonly error: Error | undefined
  readonly isLoading: boolean
}

/**
 * Asking takes a hundredth of the time at most: what is looked at may be training on the same cores. The first answer does
 * not count: whoever gave it had just started.
 */
const share = 100
const leastMs = 1_000

export type InTurn<T> = (ask: () => Promise<T>, signal: AbortSignal) => Promise<T>

/**
 * What a path of the API answers, asked again when the path changes and, not too often, when `version` does.
 *
 * @param path null while there is nothing to ask
 * @param done changes with what somebody did: then it is asked again at once
 * @param inTurn lets it wait its turn
 */
export function useData<T>(path: string | null, version: number | string = 0, done = 0, inTurn?: InTurn<T>): Data<T> {
  const [data, setData] = useState<Data<T>>({ value: undefined, error: undefined, isLoading: path !== null })
  const again = useRef<(() => void) | undefined>(undefined)
  useEffect(() => {
    if (path === null) {
      setData({ value: undefined, error: undefined, isLoading: false })
      return
    }
    const abort = new AbortController()
    const state = { isAsking: false, isWanted: false, endedAt: 0, pause: 0 }
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async () => {
      Object.assign(state, { isAsking: true, isWanted: false })
      setData((before) => ({ ...before, isLoading: true }))
      let began = performance.now()
      const answered = () => {
        began = performance.now()
        return get<T>(path, abort.signal)
      }
      try {
        const value = await (inTurn?.(answered, abort.signal) ?? answered())
        setData({ value, error: undefined, isLoading: false })
      } catch (error) {
        if (abort.signal.aborted) return
        setData((before) => ({ ...before, error: error as Error, isLoading: false }))
      }
      const endedAt = performance.now()
      const pause = state.endedAt === 0 ? leastMs : Math.max(leastMs, share * (endedAt - began))
      Object.assign(state, { isAsking: false, endedAt, pause })
      if (state.isWanted) wait()
    }
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(() => void ask(), Math.max(0, state.endedAt + state.pause - performance.now()))
    }
    // What is being asked is waited for, however quickly news come.
    again.current = () => {
      state.isWanted = true
      if (!state.isAsking) wait()
    }
    void ask()
    return () => {
      again.current = undefined
      clearTimeout(timer)
      abort.abort()
    }
  }, [path, done])
  const seen = useRef(version)
  useEffect(() => {
    if (seen.current === version) return
    seen.current = version
    again.current?.()
  }, [version])
  return data
}
