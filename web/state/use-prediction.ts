import { useEffect, useRef, useState } from 'preact/hooks'

import type { PredictedPicture } from '../../src/server/models/protocol.ts'
import { post } from './api.ts'
import { newestFirst } from './newest.ts'
import { formOf, type Picture } from './picture.ts'

export interface Predicted {
  readonly value: PredictedPicture | undefined
  readonly error: Error | undefined
  /** What the value or the error is of. */
  readonly picture: Picture | undefined
  /** The trial whose model was asked. */
  readonly trial: number | undefined
}

const nothing: Predicted = { value: undefined, error: undefined, picture: undefined, trial: undefined }

/** What a model takes a picture for, while that is drawn: one question at a time, each of what is there by then. */
export function usePrediction(trial: number | undefined, picture: Picture | undefined): Predicted {
  const [predicted, setPredicted] = useState(nothing)
  const wanted = useRef({ trial, picture })
  wanted.current = { trial, picture }
  const ask = useRef<(() => void) | undefined>(undefined)
  ask.current ??= newestFirst(async () => {
    const asked = wanted.current
    if (asked.trial === undefined || asked.picture === undefined) {
      setPredicted(nothing)
      return
    }
    const about = { picture: asked.picture, trial: asked.trial }
    const answer = await post<PredictedPicture>(`/trials/${about.trial}/predict`, await formOf(about.picture)).then(
      (value) => ({ ...about, value, error: undefined }),
      (thrown: unknown) => ({ ...about, value: undefined, error: thrown as Error }),
    )
    // It may be another one by now.
    const { current } = wanted
    if (current.trial === about.trial && current.picture?.id === about.picture.id) setPredicted(answer)
  })
  useEffect(() => {
    ask.current?.()
  }, [trial, picture])
  return predicted
}
