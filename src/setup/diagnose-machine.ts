import { totalmem } from 'node:os'

import { availableCores, coreLimits, pinThread } from '../tensorflow/cores.ts'
import { processorFlags } from '../tensorflow/platform.ts'
import type { Diagnosis } from './diagnosis.ts'
import { megabytes } from './disk-space.ts'

/** What a process with workers was seen to need. */
const memoryNeeded = { process: 500_000_000, worker: 120_000_000 }

export function diagnoseCores(limits = coreLimits()): Diagnosis {
  const name = 'Cores'
  const { machine, allowed, quota } = limits
  const cores = availableCores(limits)
  if (cores.length === machine) return { name, status: 'ok', detail: `all ${machine} of this machine` }
  const reasons = [
    ...(allowed.length < machine ? [`the process’s affinity mask allows ${allowed.length}`] : []),
    ...(quota < allowed.length ? [`its cgroup’s limit is ${quota} CPUs`] : []),
  ]
  return { name, status: 'ok', detail: `${cores.length} of this machine’s ${machine}: ${reasons.join(', ')}` }
}

/** Processor flags of Linux that stand for products in bfloat16. */
const bfloat16Flags = ['amx_bf16', 'avx512_bf16', 'bf16'] as const

/** Whether `precision: bfloat16` is worth a try. @param flags of the processor; undefined where Linux does not tell them */
export function diagnoseBfloat16(flags = processorFlags()): Diagnosis {
  const found = { name: 'bfloat16', status: 'ok' } as const
  if (flags === undefined) return { ...found, detail: 'not known whether this processor has instructions for it' }
  const flag = bfloat16Flags.find((known) => flags.has(known))
  if (flag === undefined) {
    return {
      ...found,
      detail: 'this processor has no instructions for it: precision bfloat16 trains slower than float32',
    }
  }
  return { ...found, detail: `this processor has ${flag}: precision bfloat16 trains wide networks faster` }
}

/** Tries on this thread, with the cores that it has anyway. */
export function diagnosePinning(): Diagnosis {
  const name = 'Pinning workers to cores'
  const reason = pinThread(coreLimits().allowed)
  if (reason === undefined) return { name, status: 'ok', detail: 'possible' }
  return {
    name,
    status: 'warning',
    detail: `not possible: ${reason}`,
    advice: 'results are the same, trials may be slower',
  }
}

export function diagnoseMemory(total = memoryLimit(), available = process.availableMemory()): Diagnosis {
  const name = 'Memory'
  const workers = availableCores().length
  const needed = memoryNeeded.process + workers * memoryNeeded.worker
  const detail = `${megabytes(available)} of ${megabytes(total)} available`
  if (available >= needed) return { name, status: 'ok', detail }
  const advice = `${workers} workers take about ${megabytes(needed)}: run fewer with --workers`
  return { name, status: 'warning', detail, advice }
}

/** The machine's, or what the cgroup of this process leaves of it. */
function memoryLimit(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}
