import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'

import { messageOf } from '../errors.ts'

/** The cores that this process may use: its affinity mask, cut to the CPU limit of its cgroups. */
export function availableCores(): number[] {
  const cores = allowedCores(read('/proc/self/status')) ?? range(availableParallelism())
  return cores.slice(0, Math.max(1, Math.floor(cgroupLimit())))
}

/** The cores in `Cpus_allowed_list`, `0-2,5`; undefined where the text has none. */
export function allowedCores(status: string | undefined): number[] | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status ?? '')?.[1]
  return list?.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number)
    return range(last - first + 1).map((k) => first + k)
  })
}

/** CPUs' worth of time that the cgroups of this process get; Infinity without a limit. */
function cgroupLimit(): number {
  const membership = read('/proc/self/cgroup') ?? ''
  const unified = /^0::(\/.*)$/m.exec(membership)?.[1]
  const cpu = /^\d+:(?:[^:]*,)?cpu(?:,[^:]*)?:(\/.*)$/m.exec(membership)?.[1]
  return Math.min(
    ...ancestors(unified).map((path) => quotaV2(read(join('/sys/fs/cgroup', path, 'cpu.max')))),
    ...ancestors(cpu).map((path) => {
      const folder = join('/sys/fs/cgroup/cpu', path)
      return quotaV1(read(join(folder, 'cpu.cfs_quota_us')), read(join(folder, 'cpu.cfs_period_us')))
    }),
  )
}

/** CPUs in a `cpu.max` file: `150000 100000` is one and a half. */
export function quotaV2(text: string | undefined): number {
  const [quota, period] = (text ?? 'max').trim().split(/\s+/)
  return quota === undefined || quota === 'max' ? Infinity : Number(quota) / Number(period ?? 100_000)
}

export function quotaV1(quota: string | undefined, period: string | undefined): number {
  const limit = Number(quota ?? -1)
  return limit > 0 ? limit / Number(period ?? 100_000) : Infinity
}

/** A cgroup and all above it, up to the root: the tightest limit counts. In a container the path may lie outside of it. */
function ancestors(path: string | undefined): string[] {
  if (path === undefined) return []
  const names = path.split('/').filter((name) => name !== '')
  return range(names.length + 1).map((depth) => `/${names.slice(0, depth).join('/')}`)
}

/** Pins the calling thread, and the threads that it starts from now on. @returns why it could not; undefined if it could */
export function pinThread(cores: readonly number[]): string | undefined {
  if (cores.length === 0) return undefined
  if (process.platform !== 'linux') return `${process.platform} does not pin threads`
  try {
    const thread = basename(readlinkSync('/proc/thread-self'))
    execFileSync('taskset', ['-cp', cores.join(','), thread], { stdio: ['ignore', 'ignore', 'pipe'] })
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, k) => k)
}
