import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { loadProgram } from '../../src/programs/load.ts'
import type { DatasetFiles, Parameters } from '../../src/programs/program.ts'
import { loadTensorFlow } from '../../src/tensorflow/load.ts'
import { findRuntime } from '../../src/tensorflow/runtime.ts'

/** Trains the trials that it is given, one after the other, and posts the SHA-256 of each one's weights. */
const { dataset, trials } = workerData as { dataset: DatasetFiles; trials: { params: Parameters; seed: number }[] }
const tf = await loadTensorFlow(findRuntime())
const program = await loadProgram({ builtin: 'mlp' })
const hashes: string[] = []
for (const { params, seed } of trials) {
  const { signal } = new AbortController()
  const report = () => Promise.resolve('continue' as const)
  const result = await program.train({
    ...{ id: 1, params, seed, dataset, signal, tf, report, progress: () => undefined },
    ...{ resume: undefined, folder: '' },
  })
  const hash = createHash('sha256')
  for (const { buffer, byteOffset, byteLength } of result?.weights ?? [])
    hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  hashes.push(hash.digest('hex'))
}
parentPort?.postMessage(hashes)
