import { z } from 'zod'

const units = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/** How long something may take, as people write it: `90` (seconds), `90s`, `10m`, `2h`, `1d`. */
export const duration = z.union([
  z.number().positive('expected a duration above 0'),
  z.string().regex(/^\s*\d+(\.\d+)?\s*[smhd]\s*$/, 'expected a duration such as 90s, 10m or 2h'),
])

/** @returns seconds */
export function secondsOf(value: z.infer<typeof duration>): number {
  if (typeof value === 'number') return value
  const text = value.trim()
  const unit = text.at(-1) as keyof typeof units
  return Number.parseFloat(text) * units[unit]
}

/** `90 s`, `10 min`, `2 h`: the shortest that is exact. */
export function describeDuration(seconds: number): string {
  if (seconds >= 3_600 && seconds % 3_600 === 0) return `${seconds / 3_600} h`
  if (seconds >= 60 && seconds % 60 === 0) return `${seconds / 60} min`
  return `${seconds} s`
}
