import type { ProgramReference } from '../workers/protocol.ts'
import { filesOf, type ProgramVersion } from './version.ts'

/** The argument and property `tf`, a program's `model`, which is given it, or a library of its own. */
const words = /\btf\b|\bmodel\s*\(|tensorflow|tfjs/i

/**
 * Returns whether trials of a program train on swath's TensorFlow: built-in programs do, commands do not, a module does if a
 * file of it says so. The text decides because a module gets TensorFlow with its first use of `trial.tf`.
 */
export function usesTensorFlow(program: ProgramReference, version: Pick<ProgramVersion, 'files'> | undefined): boolean {
  if ('command' in program) return false
  if ('builtin' in program || version === undefined) return true
  return filesOf(version).some(({ base64 }) => words.test(Buffer.from(base64, 'base64').toString()))
}
