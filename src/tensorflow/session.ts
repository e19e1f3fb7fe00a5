import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor, TypedArray } from '@tensorflow/tfjs'
import { messageOf } from '../errors.ts'
import type { NodeBackend } from './backend.ts'
import type { GraphNode, Ref } from './graph.ts'
import { NotRecordableError } from './record.ts'
import { encodeSavedModel } from './saved-model.ts'
import { sessionClosed, sessionOpened } from './trial-scope.ts'

/** A graph that TensorFlow holds ready, with its variables. Calls block the thread until they are done. */
export class Session {
  readonly #backend: NodeBackend
  readonly #id: number
  #open = true

  /** @throws NotRecordableError if TensorFlow refuses the graph */
  constructor(backend: NodeBackend, nodes: readonly GraphNode[]) {
    this.#backend = backend
    const folder = mkdtempSync(join(tmpdir(), 'swath-graph-'))
    try {
      mkdirSync(join(folder, 'variables'))
      writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(nodes))
      this.#id = load(backend, folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    sessionOpened(this)
  }

  /** Feeds the tensors by their placeholders' names and returns the values of `fetches`, in their order. */
  run(feeds: ReadonlyMap<Ref, Tensor>, fetches: readonly Ref[]): TypedArray[] {
    const names = [...feeds.keys()].map((name) => ({ name: withIndex(name) }))
    const outputs = this.#backend.runSavedModel(this.#id, [...feeds.values()], names, fetches.map(withIndex))
    try {
      return outputs.map((output) => output.dataSync())
    } finally {
      for (const output of outputs) output.dispose()
    }
  }

  dispose(): void {
    if (this.#open) this.#backend.deleteSavedModel(this.#id)
    this.#open = false
    sessionClosed(this)
  }
}

function load(backend: NodeBackend, folder: string): number {
  try {
    return backend.loadSavedModelMetaGraph(folder, 'serve')
  } catch (error) {
    throw new NotRecordableError('refused', `TensorFlow refuses the recorded graph: ${messageOf(error)}`)
  }
}

function withIndex(ref: Ref): string {
  return ref.includes(':') ? ref : `${ref}:0`
}
