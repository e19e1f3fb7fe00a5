import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { superfluous, type KeptCheckpoint } from '../../src/artifacts/retention.ts'

const at = (epoch: number, score?: number): KeptCheckpoint => ({ name: `epoch ${epoch}`, epoch, score })
const epochs = (checkpoints: readonly KeptCheckpoint[]) => checkpoints.map(({ epoch }) => epoch)

describe('checkpoints that a trial needs no longer', () => {
  test('last: all but the newest two while it trains, all but the newest at its end', () => {
    const kept = [at(1), at(3), at(2)]
    expect(epochs(superfluous(kept, 'last', { ended: false }))).toEqual([1])
    expect(epochs(superfluous(kept, 'last', { ended: true }))).toEqual([1, 2])
  })

  test('best: not the best either, the earliest of equals', () => {
    const kept = [at(1, 0.5), at(2, 0.9), at(3, 0.9), at(4, 0.7), at(5)]
    expect(epochs(superfluous(kept, 'best', { ended: false }))).toEqual([1, 3])
    expect(epochs(superfluous(kept, 'best', { ended: true }))).toEqual([1, 3, 4])
  })

  test('all: none', () => {
    expect(superfluous([at(1), at(2), at(3)], 'all', { ended: true })).toEqual([])
  })

  test('the newest stays, whatever came before', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(100), { minLength: 1 }),
        fc.constantFrom('last' as const, 'best' as const),
        fc.boolean(),
        (list, keep, ended) => {
          const gone = epochs(
            superfluous(
              list.map((epoch) => at(epoch, epoch % 7)),
              keep,
              { ended },
            ),
          )
          expect(gone).not.toContain(Math.max(...list))
          expect(list.length - gone.length).toBeLessThanOrEqual(3)
        },
      ),
    )
  })
})
