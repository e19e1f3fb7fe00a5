import type * as TensorFlow from '@tensorflow/tfjs'
import type { Artifacts } from '../artifacts/artifacts.ts'
import { artifactLocation, openArtifacts } from '../artifacts/open.ts'
import { loadForInference } from '../inference/load.ts'
import type { Store } from '../store/store.ts'
import { setupProgress } from './display/setup-progress.ts'
import { withExistingStore } from './open-store.ts'

/** What a command that uses trained models works with. */
export interface TrialTools {
  readonly store: Store
  readonly artifacts: Artifacts
  /** Loads TensorFlow; call it when all that can be wrong without it has been found right. */
  readonly loadTensorFlow: (cores: number) => Promise<typeof TensorFlow>
}

/** Opens a store for a command that uses its trained models, and closes it afterwards. */
export async function withTrials(
  location: string,
  use: (tools: TrialTools) => Promise<void>,
  access: 'read' | 'change' = 'read',
): Promise<void> {
  await withExistingStore(location, access, (store) =>
    use({
      store,
      artifacts: openArtifacts(artifactLocation(store.location)),
      loadTensorFlow: async (cores) => loadForInference(cores, await setupProgress()),
    }),
  )
}
