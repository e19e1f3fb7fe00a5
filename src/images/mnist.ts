import type { RawImage } from './raw-image.ts'

/** MNIST's images are squares of this side. */
export const side = 28

/** Darker than this is ground: what JPEG leaves around a stroke. */
const ground = 48

/**
 * Whether an image looks as if it came from MNIST: light on dark, the ink 20 pixels high or wide, its centre of mass in
 * the middle. All 70,000 of MNIST's do; their ink may touch the edge (107 of the test images do), so the edge tells nothing.
 */
export function isAsMnist(light: RawImage): boolean {
  if (light.height !== side || light.width !== side || light.channels !== 1) return false
  const rows: number[] = []
  const columns: number[] = []
  for (const [at, value] of light.data.entries()) {
    if (value <= ground) continue
    rows.push(Math.floor(at / side))
    columns.push(at % side)
  }
  const longer = Math.max(extent(rows), extent(columns))
  const mass = centreOfMass(light)
  // The ink's faint edge may be below the ground level; the centre is a whole pixel's, 14 to 15, as MNIST's were moved.
  return longer >= 17 && longer <= 21 && [mass.x, mass.y].every((centre) => centre > 13.5 && centre < 15.5)
}

/** Where the ink balances, in pixels from the top left corner of the image; the middle of the first pixel is at 0.5. */
export function centreOfMass({ width, data }: RawImage): { readonly x: number; readonly y: number } {
  let [mass, x, y] = [0, 0, 0]
  for (const [at, value] of data.entries()) {
    mass += value
    x += value * ((at % width) + 0.5)
    y += value * (Math.floor(at / width) + 0.5)
  }
  return { x: x / mass, y: y / mass }
}

function extent(places: readonly number[]): number {
  return places.length === 0 ? 0 : Math.max(...places) - Math.min(...places) + 1
}
