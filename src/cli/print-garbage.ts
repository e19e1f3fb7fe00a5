import type { ListedFile } from '../artifacts/shared.ts'
import type { Garbage } from '../maintenance/collect-garbage.ts'
import { counted } from '../report/enumerate.ts'
import { formatCompact } from '../report/format.ts'

/** Prints what a store does without. */
export function printGarbage(
  { strays, superseded, compacted }: Garbage,
  { dryRun, json }: { readonly dryRun: boolean; readonly json: boolean | undefined },
): void {
  const bytes = bytesOf([...strays, ...superseded]) + (compacted ?? 0)
  if (json === true) {
    process.stdout.write(
      `${JSON.stringify({ dryRun, strays, superseded, compacted: compacted ?? null, bytes }, null, 2)}\n`,
    )
    return
  }
  const say = (text: string) => process.stdout.write(`${text}\n`)
  for (const { name, bytes: size } of [...superseded, ...strays]) say(`  ${name}  ${formatCompact(size)}B`)
  const parts = [
    ...part(superseded, 'checkpoint', 'that newer ones stand in for'),
    ...part(strays, 'stray', 'that nothing names'),
    ...(compacted === undefined ? [] : [`${formatCompact(compacted)}B of the database`]),
  ]
  if (parts.length === 0) say('Nothing to remove.')
  else say(`${dryRun ? 'To be removed' : 'Removed'}: ${parts.join(', ')}; ${formatCompact(bytes)}B in all.`)
}

function part(files: readonly ListedFile[], noun: string, why: string): string[] {
  return files.length === 0 ? [] : [`${counted(files.length, noun)} ${why} (${formatCompact(bytesOf(files))}B)`]
}

function bytesOf(files: readonly ListedFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}
