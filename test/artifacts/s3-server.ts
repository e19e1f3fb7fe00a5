import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import S3rver from '@20minutes/s3rver'
import { onTestFinished } from 'vitest'

/** A server that speaks S3, of one test. */
export interface S3Server {
  readonly bucket: string
  /** What the AWS tools, and swath, find it by. */
  readonly environment: Readonly<Record<string, string>>
  stop(): Promise<void>
  /** Again where it was, with what it had. */
  start(): Promise<void>
}

export async function startS3(): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), 'swath-test-s3-'))
  const bucket = 'models'
  let port = 0
  let server: S3rver | undefined
  const start = async () => {
    server = new S3rver({
      ...{ address: '127.0.0.1', port, directory, silent: true },
      configureBuckets: [{ name: bucket, configs: [] }],
      // It signs the path of a bucket without the slash that belongs there.
      allowMismatchedSignatures: true,
    })
    ;({ port } = await server.run())
  }
  const stop = async () => {
    await server?.close()
    server = undefined
  }
  onTestFinished(async () => {
    await stop()
    rmSync(directory, { recursive: true })
  })
  await start()
  return {
    bucket,
    environment: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
    },
    start,
    stop,
  }
}
