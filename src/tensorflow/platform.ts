import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'

import { pathFrom } from '../path-below.ts'
import { findRuntime, type Runtime } from './runtime.ts'

/** What the bits of a result depend on besides the program, its parameters and its seed. */
export interface Platform {
  readonly backend: Runtime['backend']
  /** TensorFlow's version; absent on the portable backend. */
  readonly tensorflow?: string
  /** Processor extensions by which TensorFlow's kernels are chosen. Others give the same bits. */
  readonly instructions?: readonly string[]
  /** Products are cut into blocks that fit; a sum depends on where it is cut. */
  readonly caches?: readonly string[]
  /** The C library, whose `exp` and `log` TensorFlow calls. */
  readonly libc?: string
  readonly cpu: string
  /** V8 computes the initial weights, and everything on the portable backend. */
  readonly node: string
  readonly system: string
}

let here: Platform | undefined

/** Describes this process's TensorFlow, processor and Node. */
export function platform(runtime: Runtime = findRuntime()): Platform {
  if (here?.backend === runtime.backend) return here
  const { glibcVersionRuntime: glibc } = (process.report.getReport() as { header: { glibcVersionRuntime?: string } })
    .header
  return (here = {
    backend: runtime.backend,
    ...(runtime.backend === 'tensorflow' && {
      tensorflow: runtime.version,
      instructions: kernelInstructions(processorFlags()),
      caches: cacheSizes(),
      ...(glibc === undefined ? {} : { libc: `glibc ${glibc}` }),
    }),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    node: process.versions.node,
    system: `${process.platform} ${process.arch}`,
  })
}

/** oneDNN's levels for x64, the highest first, each with the flags that it takes. */
const levels: readonly (readonly [name: string, ...flags: string[]])[] = [
  ['avx512_core', 'avx512f', 'avx512bw', 'avx512vl', 'avx512dq'],
  ['avx2', 'avx2', 'fma'],
  ['avx', 'avx'],
  ['sse4_1', 'sse4_1'],
]

/** Extensions with products of their own in bfloat16, or, on ARM, vectors of their own. */
const extensions = ['amx_bf16', 'avx512_bf16', 'avx512_fp16', 'asimd', 'sve', 'sve2', 'bf16', 'i8mm']

/** @param flags of the processor, as Linux names them; undefined elsewhere */
export function kernelInstructions(flags: ReadonlySet<string> | undefined): string[] {
  if (flags === undefined) return []
  const level = levels.find(([, ...needed]) => needed.every((flag) => flags.has(flag)))
  return [...(level === undefined ? [] : [level[0]]), ...extensions.filter((name) => flags.has(name))]
}

/** The processor's flags, in Linux's words; undefined elsewhere. */
export function processorFlags(text = linuxProcessor()): ReadonlySet<string> | undefined {
  if (text === undefined) return undefined
  return new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1]?.split(' '))
}

function linuxProcessor(): string | undefined {
  const path = '/proc/cpuinfo'
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

/** `L1 48K` for each data cache of the first core, as far as the system tells. */
function cacheSizes(): string[] {
  const folder = '/sys/devices/system/cpu/cpu0/cache'
  if (!existsSync(folder)) return []
  const caches = readdirSync(folder).filter((name) => /^index\d+$/.test(name))
  return caches.flatMap((name) => {
    const [type, level, size] = ['type', 'level', 'size'].map((file) => readLine(pathFrom(folder, `${name}/${file}`)))
    return type === 'Instruction' || level === undefined || size === undefined ? [] : [`L${level} ${size}`]
  })
}

function readLine(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}
