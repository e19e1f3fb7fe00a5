import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'

import { messageOf } from '../errors.ts'
import { pathFrom } from '../path-below.ts'

/** What narrows the cores that this process may use. */
export interface CoreLimits {
  /** Cores of the machine that are switched on. */
  readonly machine: number
  /** Those of the process's affinity mask. */
  readonly allowed: readonly number[]
  /** CPUs' worth of time that the cgroups of this process get; Infinity without a limit. */
  readonly quota: number
}

/** @param read the text of a file, undefined where there is none */
export function coreLimits(read = readText): CoreLimits {
  const online = coreList(read('/sys/devices/system/cpu/online')) ?? range(availableParallelism())
  const mask = /^Cpus_allowed_list:\s*(\S+)/m.exec(read('/proc/self/status') ?? '')?.[1]
  // A mask may name cores that are not there: a virtual machine's often does.
  const allowed = coreList(mask)?.filter((core) => online.includes(core)) ?? online
  return { machine: online.length, allowed, quota: cgroupQuota(read) }
}

/** The cores that this process may use: its affinity mask, cut to the CPU limit of its cgroups. */
export function availableCores({ allowed, quota }: CoreLimits = coreLimits()): number[] {
  return allowed.slice(0, Math.max(1, Math.floor(quota)))
}

/** The cores in `0-2,5`. */
export function coreList(text: string | undefined): number[] | undefined {
  return text
    ?.trim()
    .split(',')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number)
      return range(last - first + 1).map((k) => first + k)
    })
}

function cgroupQuota(read: typeof readText): number {
  const membership = read('/proc/self/cgroup') ?? ''
  const unified = /^0::(\/.*)$/m.exec(membership)?.[1]
  const cpu = /^\d+:(?:[^:]*,)?cpu(?:,[^:]*)?:(\/.*)$/m.exec(membership)?.[1]
  return Math.min(
    ...ancestors(unified).map((path) => quotaV2(read(join(pathFrom('/sys/fs/cgroup', `.${path}`), 'cpu.max')))),
    ...ancestors(cpu).map((path) => {
      const folder = pathFrom('/sys/fs/cgroup/cpu', `.${path}`)
      return quotaV1(read(join(folder, 'cpu.cfs_quota_us')), read(join(folder, 'cpu.cfs_period_us')))
    }),
  )
}

/** CPUs in a `cpu.max` file: `150000 100000` is one and a half. */
function quotaV2(text: string | undefined): number {
  const [quota, period] = (text ?? 'max').trim().split(/\s+/)
  return quota === undefined || quota === 'max' ? Infinity : Number(quota) / Number(period ?? 100_000)
}

function quotaV1(quota: string | undefined, period: string | undefined): number {
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
  const { allowed, quota } = coreLimits()
  // A limit on time leaves all cores to every container of the machine: each of them would take the same first ones.
  if (quota < allowed.length) return `the CPU limit gives time (${quota} CPUs), not cores`
  try {
    const thread = basename(readlinkSync('/proc/thread-self'))
    execFileSync('taskset', ['-cp', cores.join(','), thread], { stdio: ['ignore', 'ignore', 'pipe'] })
    return undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'taskset is not installed (it is in util-linux)'
    return messageOf(error)
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, k) => k)
}
