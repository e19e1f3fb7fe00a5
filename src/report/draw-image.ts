/** Grey levels, row by row. */
export interface GreyImage {
  readonly height: number
  readonly width: number
  readonly levels: Uint8Array
}

/** Top and bottom pixel of a character: none, top, bottom, both. */
const blocks = { unicode: [' ', '▀', '▄', '█'], ascii: [' ', "'", '.', ':'] } as const

/** An image in text, two rows of pixels a line, the light ones drawn; a character a pixel wide. */
export function drawImage({ height, width, levels }: GreyImage, { unicode = true } = {}): string[] {
  const marks = unicode ? blocks.unicode : blocks.ascii
  const isLight = (y: number, x: number) => y < height && (levels[y * width + x] ?? 0) >= 96
  return Array.from({ length: Math.ceil(height / 2) }, (_, line) =>
    Array.from(
      { length: width },
      (_, x) => marks[(isLight(2 * line, x) ? 1 : 0) + (isLight(2 * line + 1, x) ? 2 : 0)],
    ).join(''),
  )
}

/** Blocks of lines beside each other, as many to a row as the width has room for; all blocks are equally wide. */
export function sideBySide(blocksOfLines: readonly (readonly string[])[], blockWidth: number, width: number): string[] {
  const perRow = Math.max(1, Math.floor((width + 2) / (blockWidth + 2)))
  const lines: string[] = []
  for (let start = 0; start < blocksOfLines.length; start += perRow) {
    const row = blocksOfLines.slice(start, start + perRow)
    const height = Math.max(...row.map((block) => block.length))
    if (start > 0) lines.push('')
    for (let line = 0; line < height; line++) {
      lines.push(
        row
          .map((block) => (block[line] ?? '').padEnd(blockWidth))
          .join('  ')
          .trimEnd(),
      )
    }
  }
  return lines
}
