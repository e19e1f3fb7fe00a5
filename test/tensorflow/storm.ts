import { isMainThread, Worker, workerData } from 'node:worker_threads'

import { nodeBackend } from '../../src/tensorflow/backend.ts'
import { prepareEnvironment } from '../../src/tensorflow/environment.ts'
import { loadTensorFlow } from '../../src/tensorflow/load.ts'

/**
 * `storm.ts <binding> <rounds> <workers> <calls>`, a process of its own, since the bug that it looks for ends the process.
 * In each round, worker threads load the binding, wait for each other, and call operations at the same moment. Most calls
 * name an attribute that was never named before: that is what changed the set which tfjs-node's threads shared.
 */
interface Start {
  readonly bindingPath: string
  readonly calls: number
  /** How many have not arrived yet. */
  readonly waiting: Int32Array
}

if (isMainThread) {
  const [bindingPath = '', ...counts] = process.argv.slice(2)
  prepareEnvironment(1)
  const [rounds = 0, workers = 0, calls = 0] = counts.map(Number)
  for (let round = 0; round < rounds; round++) {
    const waiting = new Int32Array(new SharedArrayBuffer(4)).fill(workers)
    await Promise.all(Array.from({ length: workers }, () => runWorker({ bindingPath, calls, waiting })))
  }
} else {
  await storm(workerData as Start)
}

function runWorker(start: Start): Promise<void> {
  // On Node 20 `--import tsx` does not reach the file that a worker starts with.
  const entry = `import('tsx/esm/api').then(({ register }) => { register(); return import('${import.meta.url}') })`
  const worker = new Worker(entry, { eval: true, workerData: start })
  return new Promise((resolve, reject) => {
    worker.on('error', reject).on('exit', () => {
      resolve()
    })
  })
}

async function storm({ bindingPath, calls, waiting }: Start): Promise<void> {
  const tf = await loadTensorFlow({ backend: 'tensorflow', version: '', bindingPath })
  const binding = nodeBackend(tf)?.binding
  if (binding === undefined) throw new Error('this is not the native backend')
  const input = binding.createTensor([2], 1, Float32Array.of(1, 2))
  const thread = Math.random().toString(36).slice(2)

  arrive(waiting)
  for (let call = 0; call < calls; call++) {
    try {
      binding.executeOp('Neg', [{ name: `${thread}-${call}`, type: 0, value: 1 }], [input], 1)
    } catch {
      // TensorFlow refuses the attribute, after its name went into the set.
    }
    if (call % 16 !== 0) continue
    const sum = tf.tidy(() => tf.tensor1d([call, 1]).add(1).sum().dataSync()[0])
    if (sum !== call + 3) throw new Error(`expected ${call + 3}, got ${String(sum)}`)
  }
}

/** Returns when all have arrived. */
function arrive(waiting: Int32Array): void {
  Atomics.sub(waiting, 0, 1)
  Atomics.notify(waiting, 0)
  for (let left = Atomics.load(waiting, 0); left > 0; left = Atomics.load(waiting, 0)) Atomics.wait(waiting, 0, left)
}
