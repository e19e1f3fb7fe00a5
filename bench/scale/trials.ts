import type { Change } from '../../src/store/change.ts'
import type { SweepRow } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { createSweep } from '../../src/store/sweeps.ts'

const epochs = 10
/** What `mlp` reports of an epoch. */
const metrics = [
  ...['train_loss', 'train_accuracy', 'val_loss', 'val_accuracy', 'test_loss', 'test_accuracy', 'epoch_seconds'],
]

export async function plan(store: Store, trials: number, name: string): Promise<SweepRow> {
  return createSweep(
    store.db,
    {
      ...{ name, file_name: name, description: null, method: 'grid', program: 'mlp', seed: 0, cancelled_at: null },
      ...{
        definition: '{}',
        settings: '{}',
        source: '',
        source_path: `${name}.yaml`,
        created_at: store.now().toISOString(),
      },
    },
    points(trials),
  )
}

function* points(trials: number) {
  for (let k = 0; k < trials; k++) {
    const params = { depth: 1 + (k % 10), epochs, hidden: 2 ** (3 + (k % 7)), learning_rate: 0.001 * (1 + k) }
    yield {
      ...{ number: k + 1, params: JSON.stringify(params), repeat: 0, seed: 1_000_003 * (k + 1) },
      ...{ parameter_count: 1_000 + k, flops: 2_000 + 2 * k },
    }
  }
}

/** What becomes of a trial: it begins, reports each epoch with a checkpoint that replaces the one before last, and ends. */
export function* lifeOf({ trialId, job, at, host, pid }: Taken): Generator<Change, undefined> {
  const process = { host, pid, process_start: '12345678' }
  const begin = { leaseExpiresAt: at, drop: [], resumedEpoch: 0, job }
  yield { type: 'start', trialId, attempt: 1, process, worker: 1, at, ...begin }
  const checkpoint = (epoch: number) => ({
    name: `trial-${trialId}/attempt-1-epoch-${epoch}.safetensors`,
    bytes: 1e6,
    sha256,
  })
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const report = { epoch, ...Object.fromEntries(metrics.map((name) => [name, Math.random()])) }
    const drop = epoch > 2 ? [checkpoint(epoch - 2).name] : []
    yield { type: 'report', trialId, attempt: 1, report, checkpoint: checkpoint(epoch), drop, at }
  }
  const drop = [checkpoint(epochs - 1).name]
  yield { type: 'end', trialId, attempt: 1, state: 'completed', weightsSha256: sha256, drop, at }
  return undefined
}

interface Taken {
  readonly trialId: number
  readonly job: string | undefined
  readonly at: string
  readonly host: string
  readonly pid: number
}

const sha256 = '0123456789abcdef'.repeat(4)
