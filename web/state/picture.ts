import type { Background } from '../../src/images/ground.ts'

/** What is recognized: a drawing as far as it is drawn, or a file. */
export interface Picture {
  /** The same for all states of one drawing. */
  readonly id: number
  /** As the server takes it. */
  readonly read: () => Promise<Blob>
  /** Of a file. */
  readonly name: string | undefined
  readonly background: Background
  /** Nobody is drawing at the moment. */
  readonly isDone: boolean
}

/** What the API is sent. */
export async function formOf({ read, name, background }: Picture): Promise<FormData> {
  const form = new FormData()
  form.append('picture', await read(), name ?? 'drawing.png')
  form.append('background', background)
  return form
}
