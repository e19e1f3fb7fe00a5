import { useRef, useState } from 'preact/hooks'

import type { RetrainedModel } from '../../src/server/models/protocol.ts'
import { post } from './api.ts'
import { formOf, type Picture } from './picture.ts'

interface Teaching {
  readonly taught: RetrainedModel | undefined
  /** What was said to be on the picture. */
  readonly label: string
  readonly error: Error | undefined
  readonly isBusy: boolean
}

const none: Teaching = { taught: undefined, label: '', error: undefined, isBusy: false }

/** Teaches a model a picture; one lesson at a time. */
export function useTeaching(onTaught: (taught: RetrainedModel, label: string) => void) {
  const [teaching, setTeaching] = useState(none)
  const isBusy = useRef(false)
  const teach = async (trial: number, picture: Picture, label: string, anchor: boolean) => {
    if (isBusy.current) return
    isBusy.current = true
    setTeaching({ ...none, label, isBusy: true })
    try {
      const form = await formOf(picture)
      form.append('label', label)
      form.append('anchor', String(anchor))
      const taught = await post<RetrainedModel>(`/trials/${trial}/retrain`, form)
      setTeaching({ ...none, label, taught })
      onTaught(taught, label)
    } catch (error) {
      setTeaching({ ...none, label, error: error as Error })
    }
    isBusy.current = false
  }
  return { ...teaching, teach }
}
