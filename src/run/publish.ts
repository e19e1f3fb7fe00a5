import type { StoredArtifact } from '../artifacts/artifacts.ts'
import type { SharedArtifacts } from '../artifacts/shared.ts'
import { inTime } from './in-time.ts'

/**
 * Publishes a file. Where its place is away or takes its time the file stays on this host, and whoever writes its row
 * brings it there first: resolves to what is left to publish.
 */
export async function publishSoon(artifacts: SharedArtifacts, artifact: StoredArtifact): Promise<StoredArtifact[]> {
  try {
    return (await inTime(artifacts.publish(artifact))) ? [] : [artifact]
  } catch (error) {
    if (artifacts.obstacle(error) === undefined) throw error
    return [artifact]
  }
}
