import { setTimeout as delay } from 'node:timers/promises'

import type { StoredArtifact } from '../artifacts/artifacts.ts'
import type { SharedArtifacts } from '../artifacts/shared.ts'
import { leaseMs } from '../store/coordinators.ts'

/** A trial does not wait for longer until a file is where all hosts reach it. */
const publishMs = leaseMs / 3

/**
 * Publishes a file. Where its place is away or takes its time the file stays on this host, and whoever writes its row
 * brings it there first: resolves to what is left to publish.
 */
export async function publishSoon(artifacts: SharedArtifacts, artifact: StoredArtifact): Promise<StoredArtifact[]> {
  const over = new AbortController()
  const late = delay(publishMs, [artifact], { signal: over.signal, ref: false }).catch(() => [artifact])
  const published = artifacts.publish(artifact).then(
    () => [],
    (error: unknown) => {
      if (artifacts.obstacle(error) === undefined) throw error
      return [artifact]
    },
  )
  try {
    return await Promise.race([published, late])
  } finally {
    over.abort()
  }
}
