import { cut, inverted, type RawImage } from './raw-image.ts'

/** What a digit stands on; `auto` finds out. */
export const backgrounds = ['auto', 'light', 'dark'] as const
export type Background = (typeof backgrounds)[number]

/** A grey image as MNIST has them, light ink on a dark ground. */
export function lightOnDark(grey: RawImage, background: Background): RawImage {
  const isLight = background === 'auto' ? hasLightGround(grey) : background === 'light'
  return isLight ? inverted(grey) : grey
}

/**
 * The border is ground. What differs most from it inside is ink, so the ground is light if the darkest pixels are
 * further from it than the lightest ones are.
 */
function hasLightGround(grey: RawImage): boolean {
  const ground = quantile(border(grey), 0.5)
  return ground - quantile(grey.data, faint) > quantile(grey.data, 1 - faint) - ground
}

/** So small a share of all pixels may be specks. */
const faint = 0.001

/** Levels of an image of light ink on a dark ground. */
export interface Levels {
  readonly ground: number
  /** The ground is noise up to here: the unevenness of the border, and a tenth of the contrast at least. */
  readonly noise: number
  readonly ink: number
}

export function levelsOf(light: RawImage): Levels {
  const edge = border(light)
  // A digit may cover all of the border where it was cropped closely.
  const ground = Math.min(quantile(edge, 0.5), quantile(light.data, 0.5))
  const ink = quantile(light.data, 1 - faint)
  const middle = (ground + ink) / 2
  const noise = Math.min(middle, Math.max(quantile(edge, 0.98), ground + (ink - ground) / 10))
  return { ground, noise, ink }
}

/** The outermost pixels: one in twenty of each side, one at least. */
function border(grey: RawImage): Uint8Array {
  const { height, width } = grey
  const [rows, columns] = [Math.ceil(height / 20), Math.ceil(width / 20)]
  const strips = [
    cut(grey, { top: 0, left: 0, height: rows, width }),
    cut(grey, { top: height - rows, left: 0, height: rows, width }),
    cut(grey, { top: 0, left: 0, height, width: columns }),
    cut(grey, { top: 0, left: width - columns, height, width: columns }),
  ]
  return Buffer.concat(strips.map(({ data }) => data))
}

/** The value that a share of all values do not exceed. */
function quantile(values: Uint8Array, share: number): number {
  const counts = new Uint32Array(256)
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  let level = 0
  for (let below = counts[0] ?? 0; below <= share * (values.length - 1) && level < 255;) below += counts[++level] ?? 0
  return level
}
