/** A trial that costs nothing: all that is left is what it costs to run it, and to have two reports on disk. */
export default {
  async train({ params, report }) {
    await report({ epoch: 1, loss: 1 / params.point })
    await report({ epoch: 2, loss: 1 / (2 * params.point) })
  },
}
