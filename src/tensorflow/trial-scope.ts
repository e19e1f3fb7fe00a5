import type * as TensorFlow from '@tensorflow/tfjs'

/** What is used of tfjs's engine (version 4.22; package.json pins it): all tensors and variables pass through it. */
interface Engine {
  trackTensor(tensor: TensorFlow.Tensor, backend: unknown): void
  disposeTensor(tensor: TensorFlow.Tensor): void
  nextTensorId(): number
}

/** What a trial did not release. */
export interface Leftovers {
  readonly tensors: number
  readonly bytes: number
}

interface Disposable {
  dispose(): void
}

/** The scope of the trial under way in this thread. */
interface Scope {
  /** Tensors with a lower id are older than the trial: a module's constants. */
  readonly firstId: number
  /** Those that are alive. */
  readonly tensors: Set<TensorFlow.Tensor>
  readonly sessions: Set<Disposable>
}

/** The size of a value of float32 or int32, the types of nearly all tensors. */
const bytesPerValue = 4

let engine: Engine | undefined
let scope: Scope | undefined

/**
 * Has the scope of a trial hear of each tensor. `tf.tidy` cannot do that: it is over when a function returns, and a trial
 * waits for its reports.
 */
export function watchTensors(tf: typeof TensorFlow): void {
  const watched = tf.engine() as unknown as Engine
  const track = watched.trackTensor.bind(watched)
  const dispose = watched.disposeTensor.bind(watched)
  watched.trackTensor = (tensor, backend) => {
    track(tensor, backend)
    if (scope !== undefined && tensor.id >= scope.firstId) scope.tensors.add(tensor)
  }
  watched.disposeTensor = (tensor) => {
    scope?.tensors.delete(tensor)
    dispose(tensor)
  }
  engine = watched
}

/** Tells the trial under way of a graph that TensorFlow holds for it. */
export function sessionOpened(session: Disposable): void {
  scope?.sessions.add(session)
}

export function sessionClosed(session: Disposable): void {
  scope?.sessions.delete(session)
}

/**
 * Runs a trial. When it ends, whichever way, the tensors, variables and compiled steps that it has created are disposed,
 * but for tensors that it asked to keep (`tf.keep`). Returns its result, and how much it had not disposed itself.
 */
export async function inTrialScope<T>(
  train: () => Promise<T>,
): Promise<{ readonly result: T; readonly left: Leftovers }> {
  const own: Scope = { firstId: engine?.nextTensorId() ?? 0, tensors: new Set(), sessions: new Set() }
  scope = own
  let left: Leftovers
  let result: T
  try {
    result = await train()
  } finally {
    scope = undefined
    left = release(own)
  }
  return { result, left }
}

function release({ tensors, sessions }: Scope): Leftovers {
  for (const session of [...sessions]) session.dispose()
  const left = [...tensors].filter((tensor) => !tensor.kept)
  for (const tensor of left) tensor.dispose()
  return { tensors: left.length, bytes: left.reduce((sum, { size }) => sum + bytesPerValue * size, 0) }
}
