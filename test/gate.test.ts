import { setImmediate as turn } from 'node:timers/promises'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { Gate } from '../src/gate.ts'

/** Work that ends when it is told to. */
function work() {
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  return { end, do: () => ended }
}

test('what has no place waits, and what cannot wait is refused', async () => {
  const gate = new Gate('questions', { places: 1, mostWaiting: 1 })
  const [first, second] = [work(), work()]
  const answers = [gate.pass(first.do), gate.pass(second.do)]
  await expect(gate.pass(second.do)).rejects.toMatchObject({ code: 'busy' })
  first.end()
  second.end()
  await Promise.all(answers)
  expect(await gate.pass(() => Promise.resolve(3))).toBe(3)
})

test('however work ends or is given up, no place is lost and none is taken twice', async () => {
  const deed = fc.record({ fails: fc.boolean(), leaves: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 12 }), fc.integer({ min: 1, max: 3 }), async (deeds, places) => {
      const gate = new Gate('questions', { places, mostWaiting: 4 })
      let [under, most] = [0, 0]
      const ends = deeds.map(async ({ fails, leaves }) => {
        const controller = new AbortController()
        const passing = gate.pass(async () => {
          most = Math.max(most, ++under)
          await turn()
          under--
          if (fails) throw new Error('failed')
        }, controller.signal)
        if (leaves) controller.abort(new Error('left'))
        await passing
      })
      await Promise.allSettled(ends)
      expect([under, most <= places]).toEqual([0, true])
      // All places are free again: as many as there are pass at once.
      const again = Array.from({ length: places }, work)
      const passed = again.map(({ do: deed }) => gate.pass(deed))
      for (const { end } of again) end()
      await Promise.all(passed)
    }),
  )
})
