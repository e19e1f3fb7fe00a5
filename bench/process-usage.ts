import { readFileSync } from 'node:fs'

const clockTicks = 100

/** Resident memory, and processor time of all threads in seconds; zeros where the system has no /proc. */
export function usageOf(pid: number): { megabytes: number; cpu: number } {
  try {
    const resident = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      megabytes: Math.round(Number(resident ?? 0) / 1000),
      cpu: (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / clockTicks,
    }
  } catch {
    return { megabytes: 0, cpu: 0 }
  }
}
