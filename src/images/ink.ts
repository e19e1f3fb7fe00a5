import type { Levels } from './ground.ts'
import { cut, type RawImage } from './raw-image.ts'

/** Marks with less ink than this share of the largest one's are specks. */
const leastMark = 0.02

/**
 * The ink of an image of light ink on a dark ground, cropped to its bounding box: the ground is 0, full ink 255.
 * Undefined if there is none.
 *
 * A mark is a patch of connected pixels above the noise. Only pixels of more than half the ink's level weigh, so the
 * noise makes no mark, while the soft edge of a stroke stays.
 */
export function isolateInk(light: RawImage, { ground, noise, ink }: Levels): RawImage | undefined {
  const { height, width, data } = light
  const marks = findMarks(light, noise, (ground + ink) / 2)
  const largest = marks.reduce((most, { weight }) => Math.max(most, weight), 0)
  if (largest === 0) return undefined

  const pixels = new Uint8Array(height * width)
  const box = { top: height, left: width, bottom: 0, right: 0 }
  for (const mark of marks) {
    if (mark.weight < leastMark * largest) continue
    for (const at of mark.pixels) {
      pixels[at] = Math.min(255, Math.round((255 * ((data[at] ?? 0) - ground)) / (ink - ground)))
      const [y, x] = [Math.floor(at / width), at % width]
      box.top = Math.min(box.top, y)
      box.left = Math.min(box.left, x)
      box.bottom = Math.max(box.bottom, y + 1)
      box.right = Math.max(box.right, x + 1)
    }
  }
  const { top, left, bottom, right } = box
  return cut({ ...light, data: pixels }, { top, left, height: bottom - top, width: right - left })
}

interface Mark {
  readonly pixels: readonly number[]
  /** How many of its pixels are ink without doubt. */
  readonly weight: number
}

/** Flood-fills each patch of pixels above `noise`, corners touching. */
function findMarks({ height, width, data }: RawImage, noise: number, inkFrom: number): Mark[] {
  const seen = new Uint8Array(height * width)
  const marks: Mark[] = []
  for (let start = 0; start < data.length; start++) {
    if (seen[start] || (data[start] ?? 0) <= inkFrom) continue
    const pixels = [start]
    let weight = 0
    seen[start] = 1
    // It grows while it is walked through.
    for (const at of pixels) {
      if ((data[at] ?? 0) > inkFrom) weight++
      const [y, x] = [Math.floor(at / width), at % width]
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const neighbour = v * width + u
          if (seen[neighbour] || (data[neighbour] ?? 0) <= noise) continue
          seen[neighbour] = 1
          pixels.push(neighbour)
        }
      }
    }
    marks.push({ pixels, weight })
  }
  return marks
}
