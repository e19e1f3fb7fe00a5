import type { default as Sharp } from 'sharp'
import { SwathError } from '../errors.ts'

let loaded: Promise<typeof Sharp> | undefined

/** The library that decodes and resizes; it is loaded with the first picture, not with the command line. */
export function loadSharp(): Promise<typeof Sharp> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<typeof Sharp> {
  try {
    const { default: sharp } = await import('sharp')
    // Each picture is read once.
    sharp.cache(false)
    // The same bits, whatever vectors the processor has.
    sharp.simd(false)
    return sharp
  } catch (error) {
    throw new SwathError('setup', 'the package sharp, which reads pictures, cannot be loaded', {
      hint: 'npm ci (with its optional packages: they hold the compiled part)',
      cause: error,
    })
  }
}
