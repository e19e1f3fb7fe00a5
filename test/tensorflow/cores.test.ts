import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

import { describe, expect, it } from 'vitest'

import { availableCores, coreLimits, coreList, pinThread } from '../../src/tensorflow/cores.ts'

/** A machine of eight cores, with these files besides. */
function machine(files: Record<string, string>) {
  const all: Record<string, string> = {
    '/sys/devices/system/cpu/online': '0-7\n',
    '/proc/self/status': 'Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t0-7\nMems_allowed_list:\t0\n',
    ...files,
  }
  return coreLimits((path) => all[path])
}

describe('the cores that a process may use', () => {
  it('are read from lists of ranges', () => {
    expect(coreList('0-2,5,7-8\n')).toEqual([0, 1, 2, 5, 7, 8])
  })

  it('are all of the machine where nothing narrows them', () => {
    expect(availableCores(machine({}))).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  it('are those of the affinity mask', () => {
    expect(availableCores(machine({ '/proc/self/status': 'Cpus_allowed_list:\t2,4-5\n' }))).toEqual([2, 4, 5])
  })

  it('are none that the mask names but the machine does not have', () => {
    const limits = machine({
      '/sys/devices/system/cpu/online': '0-1\n',
      '/proc/self/status': 'Cpus_allowed_list:\t0-127\n',
    })
    expect(availableCores(limits)).toEqual([0, 1])
  })

  it('are as many as cgroup v2 gives time for', () => {
    const limits = machine({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '300000 100000\n' })
    expect(availableCores(limits)).toEqual([0, 1, 2])
  })

  it.each([
    ['150000 100000', 1.5, 1],
    ['50000 100000', 0.5, 1],
    ['max 100000', Infinity, 8],
  ])('with a cpu.max of %s, a quota of %d, are %d', (text, quota, count) => {
    const limits = machine({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': text })
    expect(limits.quota).toBe(quota)
    expect(availableCores(limits)).toHaveLength(count)
  })

  it('follow the tightest limit of nested cgroups', () => {
    const limits = machine({
      '/proc/self/cgroup': '0::/user.slice/sweep.scope\n',
      '/sys/fs/cgroup/user.slice/sweep.scope/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/user.slice/cpu.max': '400000 200000\n',
    })
    expect(limits.quota).toBe(2)
  })

  it.each(['5:cpu,cpuacct:/docker/abc', '5:cpuacct,cpu:/docker/abc', '5:cpu:/docker/abc'])(
    'follow cgroup v1, %s',
    (line) => {
      const limits = machine({
        '/proc/self/cgroup': `6:cpuset:/\n${line}\n1:name=systemd:/\n`,
        '/sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us': '-1\n',
        '/sys/fs/cgroup/cpu/docker/cpu.cfs_quota_us': '250000\n',
        '/sys/fs/cgroup/cpu/docker/cpu.cfs_period_us': '100000\n',
      })
      expect(limits.quota).toBe(2.5)
    },
  )

  it('are what the system says of this very process', () => {
    const { allowed } = coreLimits()
    expect(allowed).toHaveLength(availableParallelism())
  })
})

describe.runIf(process.platform === 'linux')('pinning', () => {
  const [core = 0] = coreLimits().allowed

  it('binds the calling thread', () => {
    // In a process of its own, since it cannot be taken back.
    const script = `
      import { readFileSync } from 'node:fs'
      import { pinThread } from ${JSON.stringify(new URL('../../src/tensorflow/cores.ts', import.meta.url).href)}
      const why = pinThread([${core}])
      const mask = (path) => /Cpus_allowed_list:\\s*(\\S+)/.exec(readFileSync(path, 'utf8'))[1]
      console.log(JSON.stringify([why, mask('/proc/thread-self/status')]))
    `
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script])
    expect(stderr.toString()).toBe('')
    expect(JSON.parse(stdout.toString())).toEqual([null, String(core)])
  })

  it('tells why it does not work, and does not throw', () => {
    expect(pinThread([9_999])).toMatch(/taskset|CPU limit/)
  })

  it('does nothing for a worker without cores of its own', () => {
    expect(pinThread([])).toBeUndefined()
  })
})
