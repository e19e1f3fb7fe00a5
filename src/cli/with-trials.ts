import type * as TensorFlow from '@tensorflow/tfjs'
import { usingArtifacts } from '../artifacts/open-shared.ts'
import type { SharedArtifacts } from '../artifacts/shared.ts'
import { SwathError } from '../errors.ts'
import { loadForInference } from '../inference/load.ts'
import type { Store } from '../store/store.ts'
import { availableCores } from '../tensorflow/cores.ts'
import { setupProgress } from './display/setup-progress.ts'
import { withExistingStore } from './open-store.ts'

/** What a command that uses trained models works with. */
export interface TrialTools {
  readonly store: Store
  readonly artifacts: SharedArtifacts
  /** Loads TensorFlow; call it when all that can be wrong without it has been found right. */
  readonly loadTensorFlow: (cores: number) => Promise<typeof TensorFlow>
}

/** Opens a store for a command that uses its trained models, and closes it afterwards. */
export async function withTrials(
  location: string,
  use: (tools: TrialTools) => Promise<void>,
  access: 'read' | 'change' = 'read',
): Promise<void> {
  const loadTensorFlow = async (cores: number) => {
    const available = availableCores().length
    if (cores > available) throw new SwathError('usage', `--cores ${cores}: this process may use ${available}`)
    return loadForInference(cores, await setupProgress())
  }
  await withExistingStore(location, access, (store) =>
    usingArtifacts(store, (artifacts) => use({ store, artifacts, loadTensorFlow })),
  )
}
