/// <reference lib="dom" />
import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'

import type { Drawing } from './frame.ts'

const margin = 16
const titleHeight = 28
const font = 'system-ui, "DejaVu Sans", Helvetica, Arial, sans-serif'

/** A drawing as the text of one SVG file: its title and its plots below one another, black on white wherever it is shown. */
export function renderSvg({ title, parts }: Drawing): string {
  const { document } = parseHTML('<html><body></body></html>')
  let [width, height] = [0, margin + titleHeight]
  const drawn = parts.map((options) => {
    const plot = Plot.plot({ ...options, document })
    plot.setAttribute('x', String(margin))
    plot.setAttribute('y', String(height))
    width = Math.max(width, Number(plot.getAttribute('width')))
    height += Number(plot.getAttribute('height'))
    return plot.outerHTML
  })
  const size = { width: width + 2 * margin, height: height + margin }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family='${font}' color="#1a1a1a" role="img">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="white"/>
<text x="${margin}" y="${margin + 14}" font-size="15" font-weight="600" fill="#1a1a1a">${escaped(title)}</text>
${drawn.join('\n')}
</svg>
`
}

/** Twice as many pixels each way: sharp on the screens of today. */
export async function renderPng(drawing: Drawing): Promise<Buffer> {
  const { default: sharp } = await import('sharp')
  return sharp(Buffer.from(renderSvg(drawing)), { density: 144 })
    .png()
    .toBuffer()
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
