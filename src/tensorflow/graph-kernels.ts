import type { BindingAttribute } from './backend.ts'
import type { GraphBuilder, Ref } from './graph.ts'
import type { Kernels } from './optimizers/optimizer.ts'

/** The kernels of one variable's update as nodes of a graph. */
export class GraphKernels implements Kernels<Ref> {
  readonly #graph: GraphBuilder
  #last: readonly Ref[]

  /** @param after what has to run before anything is changed */
  constructor(graph: GraphBuilder, after: readonly Ref[]) {
    this.#graph = graph
    this.#last = after
  }

  /** What has to run before the update counts as done. */
  get last(): readonly Ref[] {
    return this.#last
  }

  number(value: number): Ref {
    return this.#graph.float(value)
  }

  compute(op: string, inputs: readonly Ref[], attributes: readonly BindingAttribute[]): Ref {
    return this.#graph.node(op, inputs, attributes)
  }

  apply(op: string, inputs: readonly Ref[], attributes: readonly BindingAttribute[]): void {
    this.#last = [this.#graph.node(op, inputs, attributes, this.#last)]
  }
}
