import type * as PiscinaModule from 'piscina'
import { expect, onTestFinished, test, vi } from 'vitest'

import { anyThreadTrains } from '../../src/workers/threads.ts'

const refusal = vi.hoisted(() => ({ left: 0 }))

// The system refuses a thread to an ordinary user only; what Node throws then, it throws here.
vi.mock('piscina', async (original) => {
  const { Piscina } = await original<typeof PiscinaModule>()
  return {
    Piscina: class extends Piscina {
      override async run(...given: Parameters<typeof Piscina.prototype.run>): Promise<unknown> {
        if (refusal.left-- > 0) throw Object.assign(new Error('EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' })
        return super.run(...given)
      }
    },
  }
})

const { WorkerPool } = await import('../../src/workers/pool.ts')

function poolOf(workers: number): InstanceType<typeof WorkerPool> {
  const pool = new WorkerPool(
    Array.from({ length: workers }, () => []),
    process.env,
  )
  onTestFinished(() => pool.close())
  return pool
}

test('a thread that the system refuses is the fault of the machine, not of the program', async () => {
  refusal.left = 1
  const pool = poolOf(2)
  const refused = pool.describe({ builtin: 'mlp' }, [])
  await expect(refused).rejects.toMatchObject({ code: 'setup', exitCode: 1 })
  await expect(refused).rejects.toThrow('the system does not let a worker thread start: EAGAIN')
})

test('a trial whose thread the system refuses has failed, and the worker is free for the next one', async () => {
  refusal.left = 2
  const pool = poolOf(1)
  for (const trialId of [1, 2]) {
    const outcome = await pool.train({
      begin: () => Promise.resolve({ task: { trialId } as never, onMessage: () => Promise.resolve(undefined) }),
      limits: {} as never,
    })
    expect(outcome).toEqual({
      status: 'failed',
      failure: { kind: 'crashed', message: 'the system does not let a worker thread start: EAGAIN' },
    })
  }
  expect(anyThreadTrains()).toBe(false)
})
