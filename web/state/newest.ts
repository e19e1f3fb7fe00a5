/**
 * Work that is asked for more often than it can be done: one at a time, and all that was asked for meanwhile is done once,
 * afterwards, on what is newest then.
 */
export function newestFirst(work: () => Promise<void>): () => void {
  let asked = 0
  let isBusy = false
  const go = async () => {
    for (let done = 0; done !== asked;) {
      done = asked
      await work()
    }
    isBusy = false
  }
  return () => {
    asked++
    if (isBusy) return
    isBusy = true
    void go()
  }
}
