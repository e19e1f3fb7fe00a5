import { useEffect } from 'preact/hooks'

import { useLive } from '../../state/use-live.ts'

interface Props {
  readonly sweep: string
  readonly trial: number
  readonly onNews: () => void
  readonly onEnd: () => void
}

/** Hears of a sweep while one of its trials has not ended. */
export function Follow({ sweep, trial, onNews, onEnd }: Props) {
  const { news, version, isConnected } = useLive(sweep)
  useEffect(() => {
    if (news === undefined) return
    if (news.ended.some((ended) => ended.trial === trial)) onEnd()
    else onNews()
  }, [version])
  return isConnected ? null : <strong> – the server does not answer: this is what was there last</strong>
}
