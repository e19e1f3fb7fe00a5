/** The loss became NaN or infinite: the trial fails as diverged, with the epoch. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError'
  /** The epoch under way, from 1. */
  readonly epoch: number

  constructor(epoch: number, loss: number) {
    super(`the loss became ${loss} in epoch ${epoch}: try a smaller learning rate`)
    this.epoch = epoch
  }
}
