import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { picture } from '../images/pictures.ts'
import { temporaryFolder } from './idx-files.ts'

/** A folder with these files; bytes or text by relative path. */
export function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = temporaryFolder()
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

/** A PNG of one value: grey, or coloured where three are given. */
export function plain(value: number | readonly [number, number, number], height = 4, width = 4): Promise<Buffer> {
  const pixel = typeof value === 'number' ? [value] : value
  const pixels = Uint8Array.from({ length: height * width * pixel.length }, (_, i) => pixel[i % pixel.length] ?? 0)
  return picture(pixels, height, width).png().toBuffer()
}

/** So many grey pictures of each class; picture i of class k has the value `count × k + i`. */
export async function classesOf(classes: readonly string[], count: number): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {}
  for (const [k, name] of classes.entries()) {
    for (let i = 0; i < count; i++) files[`${name}/${i}.png`] = await plain(count * k + i)
  }
  return files
}
