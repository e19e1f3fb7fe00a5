/** What the bench asks a contestant, a line of JSON each; the answer is a line of JSON. */
export interface Request {
  /** steps: train so many (compiling and starting anew the first time); accuracy: train an epoch from the start; drop: forget. */
  readonly do: 'steps' | 'accuracy' | 'drop'
  readonly variant: string
  /** Widths of hidden layers (`512-512`), `lenet`, or one of the models of `user-models.ts`. */
  readonly model: string
  readonly batch: number
  readonly steps: number
}

export interface Answer {
  readonly seconds?: number
  readonly accuracy?: number
  readonly error?: string
}
