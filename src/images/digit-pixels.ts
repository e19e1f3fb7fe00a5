import { SwathError } from '../errors.ts'
import { levelsOf, lightOnDark, type Background } from './ground.ts'
import { isolateInk } from './ink.ts'
import { centreOfMass, isAsMnist, side } from './mnist.ts'
import { withChannels, type RawImage } from './raw-image.ts'
import { resize } from './resize.ts'

export interface DigitOptions {
  /** What the digit stands on: `light` for ink on paper; by default it is found out. */
  readonly background?: Background
  /** What errors call the picture. */
  readonly name?: string | undefined
}

/** The longer side of a digit in MNIST. */
const digitSide = 20
/** Of 255 levels between ground and ink: less is paper. */
const leastContrast = 40
/** A larger image is made smaller first, which also takes its noise away. */
const mostSide = 1024

/**
 * The 28×28 pixels of a digit, made as MNIST's were: light on dark, the ink alone, its longer side 20 pixels, its centre
 * of mass in the middle. An image that is so already stays as it is.
 *
 * @throws SwathError('image') if there is no ink
 */
export async function digitPixels(
  image: RawImage,
  { background = 'auto', name = 'the picture' }: DigitOptions = {},
): Promise<Uint8Array> {
  const light = lightOnDark(withChannels(image, 1), background)
  if (isAsMnist(light)) return new Uint8Array(light.data)

  const shrunk = await within(light, mostSide)
  const levels = levelsOf(shrunk)
  const ink = levels.ink - levels.ground < leastContrast ? undefined : isolateInk(shrunk, levels)
  if (ink === undefined) {
    throw new SwathError('image', `${name}: there is no digit on it: nothing stands out from its border`, {
      hint: 'take a picture of one digit with empty space around it; if it has, say whether the background is light or dark',
    })
  }
  const longer = Math.max(ink.height, ink.width)
  const scaled = (length: number) => Math.max(1, Math.round((length * digitSide) / longer))
  return centred(await resize(ink, scaled(ink.height), scaled(ink.width)))
}

async function within(image: RawImage, most: number): Promise<RawImage> {
  const scale = Math.min(1, most / Math.max(image.height, image.width))
  const scaled = (length: number) => Math.max(1, Math.round(length * scale))
  return resize(image, scaled(image.height), scaled(image.width))
}

/** On an empty field, moved by whole pixels so that the centre of mass lies in its middle; all of it stays inside. */
function centred(digit: RawImage): Uint8Array {
  const { height, width, data } = digit
  const mass = centreOfMass(digit)
  const start = (centre: number, length: number) => Math.min(side - length, Math.max(0, side / 2 - Math.floor(centre)))
  const [top, left] = [start(mass.y, height), start(mass.x, width)]
  const field = new Uint8Array(side * side)
  for (let y = 0; y < height; y++) {
    field.set(data.subarray(y * width, (y + 1) * width), (top + y) * side + left)
  }
  return field
}
