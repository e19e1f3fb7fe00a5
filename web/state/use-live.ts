import { useEffect, useState } from 'preact/hooks'

import type { SweepNews } from '../../src/server/sweep-watch.ts'

export interface Live {
  readonly news: SweepNews | undefined
  /** Counts up when trials have ended. */
  readonly endings: number
  /** Counts up with every news. */
  readonly version: number
  readonly isConnected: boolean
}

const none: Live = { news: undefined, endings: 0, version: 0, isConnected: true }

/** What happens in a sweep, as it happens. The browser comes back by itself, and says what it heard last. */
export function useLive(sweep: string): Live {
  const [live, setLive] = useState(none)
  useEffect(() => {
    setLive(none)
    const source = new EventSource(`/api/v1/sweeps/${encodeURIComponent(sweep)}/events`)
    source.addEventListener('news', (event: MessageEvent<string>) => {
      const news = JSON.parse(event.data) as SweepNews
      setLive((before) => ({
        news,
        endings: before.endings + (news.ended.length > 0 ? 1 : 0),
        version: before.version + 1,
        isConnected: true,
      }))
    })
    source.addEventListener('open', () => {
      setLive((before) => ({ ...before, isConnected: true }))
    })
    source.addEventListener('error', () => {
      setLive((before) => ({ ...before, isConnected: false }))
    })
    return () => {
      source.close()
    }
  }, [sweep])
  return live
}
