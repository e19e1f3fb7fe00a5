import { trialFolder, type StoredArtifact } from '../artifacts/artifacts.ts'
import { decodeCheckpoint, encodeCheckpoint, weightNames, type WeightLayout } from '../artifacts/checkpoint.ts'
import { openArtifacts } from '../artifacts/open.ts'
import { shortageOf } from '../artifacts/shortage.ts'
import type { Trial, TrialCheckpoint, TrialProgram, TrialResume } from '../programs/program.ts'
import type { TrainTask } from './protocol.ts'

const retryMs = 1_000

/** A trial's checkpoints, read and written in its own thread. */
export class Checkpoints {
  readonly #program: TrialProgram
  readonly #tf: () => Trial['tf']
  readonly #task: TrainTask
  #layout: { readonly of: WeightLayout | undefined } | undefined

  constructor(program: TrialProgram, tf: () => Trial['tf'], task: TrainTask) {
    this.#program = program
    this.#tf = tf
    this.#task = task
  }

  /** What the trial goes on from. @throws SwathError('artifact'), or Error if it is of another model */
  read(): TrialResume | undefined {
    const { resume, trialId, checkpoint } = this.#task
    if (resume === undefined) return undefined
    const bytes = openArtifacts(checkpoint.location).read(resume)
    const { weights, optimizer, state } = decodeCheckpoint(bytes, `the checkpoint of trial ${trialId}`)
    this.#refuseOther(weights)
    return {
      epoch: resume.epoch,
      weights: weights.map(({ values }) => values),
      ...(optimizer && { optimizer }),
      ...(state !== undefined && { state }),
    }
  }

  isDue(epoch: number): boolean {
    const { every } = this.#task.checkpoint
    return every > 0 && epoch % every === 0
  }

  /** Writes one; while the disk is full it waits, and calls `onShortage` once with the reason. */
  write(
    of: `epoch-${number}` | 'result',
    checkpoint: TrialCheckpoint,
    onShortage: (reason: string) => void,
  ): StoredArtifact {
    const { trialId, attempt, checkpoint: place } = this.#task
    const name = `${trialFolder(trialId)}/attempt-${attempt}-${of}.safetensors`
    const artifacts = openArtifacts(place.location)
    const parts = encodeCheckpoint(this.#layoutOf(), checkpoint, this.#task.dataset)
    for (let isFirst = true; ; isFirst = false) {
      try {
        return artifacts.write(name, parts)
      } catch (error) {
        const reason = shortageOf(error)
        if (reason === undefined) throw error
        if (isFirst) onShortage(reason)
        // The thread has nothing else to do; ending it wakes it.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs)
      }
    }
  }

  #layoutOf(): WeightLayout | undefined {
    if (this.#layout !== undefined) return this.#layout.of
    const { params, dataset } = this.#task
    const model = this.#program.model?.(this.#tf(), params, dataset)
    this.#layout = { of: model && weightNames(model) }
    model?.dispose()
    return this.#layout.of
  }

  #refuseOther(found: WeightLayout): void {
    const expected = this.#layoutOf()
    if (expected === undefined) return
    const describe = (layout: WeightLayout) =>
      layout.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ')
    if (describe(found) !== describe(expected)) {
      throw new Error(`the checkpoint is of another model: expected ${describe(expected)}, found ${describe(found)}`)
    }
  }
}
