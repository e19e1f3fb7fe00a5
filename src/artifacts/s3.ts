import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { messageOf, SwathError } from '../errors.ts'
import type { ArtifactPlace } from './place.ts'
import { obstacle } from './s3-errors.ts'

/** A host that says nothing for so long is not there. */
const timeouts = { connectionTimeout: 10_000, socketTimeout: 30_000 }
/** What is larger is read as it is sent, and then the client cannot try again by itself. */
const mostInMemory = 8 << 20
/** Objects that are removed at once. */
const atOnce = 16

/**
 * A folder of an S3 bucket, or of a store that speaks S3. Endpoint, region and credentials are found where the AWS tools
 * find them: environment, `~/.aws`, a role of the machine.
 *
 * @param location `s3://bucket/folder`
 * @throws SwathError('artifact') if it cannot be used
 */
export async function openS3(location: string): Promise<ArtifactPlace> {
  const [, bucket = '', folder = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(location) ?? []
  const client = openClient()
  await refuseUnusable(client, bucket, location)
  const prefix = folder === '' ? '' : `${folder}/`
  const at = (name: string) => ({ Bucket: bucket, Key: `${prefix}${name}` })

  return {
    location,

    async put({ name, path, bytes, sha256 }) {
      await client.send(
        new PutObjectCommand({
          ...at(name),
          Body: bytes > mostInMemory ? createReadStream(path) : await readFile(path),
          ContentLength: bytes,
          // Whoever keeps it checks it, too.
          ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
        }),
      )
    },

    async get(name) {
      try {
        const { Body } = await client.send(new GetObjectCommand(at(name)))
        return Body as Readable
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined
        throw error
      }
    },

    async *list(begin) {
      const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: `${prefix}${begin}` })
      for await (const { Contents = [] } of pages) {
        for (const { Key = '', Size = 0 } of Contents) yield { name: Key.slice(prefix.length), bytes: Size }
      }
    },

    // One by one: not all that speak S3 can remove many at once.
    async remove(names) {
      for (let first = 0; first < names.length; first += atOnce) {
        const some = names.slice(first, first + atOnce)
        await Promise.all(some.map((name) => client.send(new DeleteObjectCommand(at(name)))))
      }
    },

    obstacle,

    close() {
      client.destroy()
      return Promise.resolve()
    },
  }
}

/** A bucket that cannot be used is better known before anything is trained. */
async function refuseUnusable(client: S3Client, bucket: string, location: string): Promise<void> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }))
  } catch (error) {
    client.destroy()
    throw new SwathError('artifact', `${location} cannot be used: ${obstacle(error) ?? messageOf(error)}`, {
      hint:
        'endpoint, region and credentials are found as the AWS tools find them: AWS_ENDPOINT_URL, AWS_REGION, ~/.aws; ' +
        'a store without artifacts can have another place: swath run … --artifacts database',
      cause: error,
    })
  }
}

function openClient(): S3Client {
  // What swath runs on is swath's to say, and not in the middle of a sweep.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  return new S3Client(settingsFrom(process.env))
}

function say(): void {
  // Nothing.
}

function settingsFrom({ AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION }: NodeJS.ProcessEnv) {
  const isElsewhere = AWS_ENDPOINT_URL_S3 !== undefined || AWS_ENDPOINT_URL !== undefined
  const region = AWS_REGION ?? AWS_DEFAULT_REGION ?? (isElsewhere ? 'us-east-1' : undefined)
  return {
    ...(region !== undefined && { region }),
    // A server of one's own rarely has a name for each bucket.
    forcePathStyle: isElsewhere,
    followRegionRedirects: true,
    requestHandler: timeouts,
    // What it would say, its errors say again.
    logger: { debug: say, info: say, warn: say, error: say },
    // Every artifact has a SHA-256; not all that speak S3 know the sums that the client would add.
    requestChecksumCalculation: 'WHEN_REQUIRED' as const,
    responseChecksumValidation: 'WHEN_REQUIRED' as const,
  }
}
