import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { tensorflowVersion } from '../src/setup/tensorflow-release.ts'

const packages = ['torch', 'keras', 'tensorflow', 'optuna', 'ray']

/** What the figures were measured on, and with. */
export function describeMachine(python: string) {
  const code = `import importlib.metadata as m, json
def version(name):
    try: return m.version(name)
    except m.PackageNotFoundError: return None
print(json.dumps({n: version(n) or version(n + '-cpu') or version(n + '_cpu') for n in ${JSON.stringify(packages)}}))`
  const peers = JSON.parse(execFileSync(python, ['-c', code], { encoding: 'utf8' })) as Record<string, string | null>
  return { ...describeOwnMachine(), 'tensorflow of swath': tensorflowVersion, ...peers }
}

/** Where swath is measured by itself. */
export function describeOwnMachine() {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memory_gb: Math.round(totalmem() / 1e9),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  }
}

/** Writes what was measured beside the code, for the next one who asks. */
export function writeResults(name: string, results: object): void {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`)
}
