/** How numbers are written for people, in one place. */

/** Of a mean: what needs more is written with an exponent. */
const mostDecimals = 8

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** `203,264` */
export function formatCount(value: number): string {
  return grouped.format(value)
}

/** `203k`, `1.34M`: three digits and a unit. */
export function formatCompact(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P', 'E']
  const power = value === 0 ? 0 : Math.min(Math.floor(Math.log10(Math.abs(value)) / 3 + 1e-9), units.length - 1)
  // 999,999 rounds to a thousand thousands, which is the next unit's.
  const rounded = Number((value / 1000 ** Math.max(power, 0)).toPrecision(3))
  const unit = Math.min(Math.max(power, 0) + (Math.abs(rounded) >= 1000 ? 1 : 0), units.length - 1)
  return `${trimZeros((value / 1000 ** unit).toPrecision(3))}${units[unit] ?? ''}`
}

/** `97.41 %`, from a share of 1. */
export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}

/** `4 ms`, `0.93 s`, `42 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  if (seconds > 0 && seconds < 0.01) return `${trimZeros((1000 * seconds).toPrecision(1))} ms`
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`
}

/** At least five significant digits, without trailing zeros; whole numbers as they are. */
export function formatNumber(value: number): string {
  const magnitude = Math.abs(value)
  if (magnitude >= 1e15 || (magnitude < 1e-4 && magnitude > 0)) return value.toExponential(3)
  return magnitude >= 1e4 || Number.isInteger(value) ? value.toFixed(0) : trimZeros(value.toPrecision(5))
}

/** At most so many significant digits, in the shortest form: `0.25`, `1000`, `1.8e+308`. */
export function formatRounded(value: number, digits: number): string {
  const text = value.toPrecision(digits)
  // The greatest numbers round to more than a number can hold.
  return Number.isFinite(Number(text)) ? String(Number(text)) : text
}

/** A metric the way its name suggests: accuracies in percent, seconds as a duration, counts in groups. */
export function formatMetric(name: string, value: number): string {
  if (name.endsWith('accuracy') && value >= 0 && value <= 1) return formatPercent(value)
  if (name.endsWith('seconds')) return formatDuration(value)
  if (Math.abs(value) >= 10_000 && Math.abs(value) < 1e15) return formatCount(value)
  return formatNumber(value)
}

/** `0.9641 ± 0.0012`: the error with two digits, the mean with as many decimals; without an error as it is. */
export function formatMean(mean: number, se: number | null): string {
  const decimals = se === null || se === 0 ? NaN : Math.max(0, 1 - Math.floor(Math.log10(se)))
  if (Number.isNaN(decimals)) return formatNumber(mean) + (se === 0 ? ' ± 0' : '')
  if (decimals > mostDecimals) return `${formatNumber(mean)} ± ${formatNumber(se ?? 0)}`
  return `${mean.toFixed(decimals)} ± ${(se ?? 0).toFixed(decimals)}`
}

/** A metric's mean the way its name suggests, as {@link formatMetric}: `96.41 ± 0.12 %`. */
export function formatMetricMean(name: string, mean: number, se: number | null): string {
  const isShare = name.endsWith('accuracy') && mean >= 0 && mean <= 1
  if (se === null || se === 0) return formatMetric(name, mean)
  return isShare ? `${formatMean(100 * mean, 100 * se)} %` : formatMean(mean, se)
}

function trimZeros(digits: string): string {
  return digits.includes('.') && !digits.includes('e') ? digits.replace(/\.?0+$/, '') : digits
}
