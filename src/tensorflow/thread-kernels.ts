/**
 * TensorFlow compiles a kernel for each shape of a matrix product (oneDNN's primitives, about 230 kB each) and caches the last
 * 1,024 of each type for each thread. Nothing clears that cache but the end of the thread. 600 are about 140 MB.
 */
const mostKernels = 600

/** Shapes that this thread has compiled, each once. */
const shapes = new Set<string>()
let kernels = 0

interface CompiledGraph {
  readonly weights: readonly (readonly number[])[]
  readonly precision: string
  readonly trainingBatches: readonly number[]
  readonly evaluationBatches: readonly number[]
}

/** Counts the kernels of a graph, unless this thread has them already. */
export function graphCompiled(graph: CompiledGraph): void {
  const key = JSON.stringify(graph)
  if (shapes.has(key)) return
  shapes.add(key)
  const matrices = graph.weights.filter((shape) => shape.length > 1).length
  // A backward pass has two products for each of the forward pass.
  kernels += matrices * (3 * new Set(graph.trainingBatches).size + new Set(graph.evaluationBatches).size)
}

/** True once this thread holds so many kernels that another one should train the next trial. */
export function isThreadSpent(): boolean {
  return kernels >= mostKernels
}
