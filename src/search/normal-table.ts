import { normalCdf } from './normal.ts'

const perUnit = 64
const reach = 9
const size = 2 * reach * perUnit + 1
const cdf = Float64Array.from({ length: size }, (_, k) => normalCdf(k / perUnit - reach))
/** The slope over a step: the density. */
const slope = Float64Array.from(
  cdf,
  (_, k) => Math.exp(-((k / perUnit - reach) ** 2) / 2) / Math.sqrt(2 * Math.PI) / perUnit,
)

/** The normal distribution's CDF to 1e-10, some twenty times as quick as `normalCdf`: cubic pieces between known points. */
export function quickNormalCdf(x: number): number {
  const place = (x + reach) * perUnit
  if (!(place > 0)) return 0
  if (place >= size - 1) return 1
  const k = place | 0
  const t = place - k
  const [low, high] = [cdf[k] ?? 0, cdf[k + 1] ?? 0]
  const [left, right] = [slope[k] ?? 0, slope[k + 1] ?? 0]
  const rise = high - low
  return low + t * (left + t * (3 * rise - 2 * left - right + t * (left + right - 2 * rise)))
}
