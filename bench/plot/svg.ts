import { plot, type PlotOptions } from '@observablehq/plot'
import { parseHTML } from 'linkedom'

/** A plot and where it stands in the picture, in pixels. */
export interface Panel {
  readonly left: number
  readonly options: PlotOptions
}

/** What is used of an element: the types of the DOM are not those of Node. */
interface Element {
  setAttribute(name: string, value: string): void
  readonly outerHTML: string
}

/** Plots beside each other as one SVG file, on white: it reads in a dark page too. */
export function drawPanels(panels: readonly Panel[], { width, height }: { width: number; height: number }): string {
  const { document } = parseHTML('<html><body></body></html>') as unknown as { document: object }
  const drawn = panels.map(({ left, options }) => {
    const style = { fontSize: '12px', color: '#222' }
    const panel = plot({ ...options, height, document, style }) as unknown as Element
    panel.setAttribute('x', String(left))
    return panel.outerHTML
  })
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="system-ui, sans-serif">`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...drawn,
    '</svg>\n',
  ].join('\n')
}
