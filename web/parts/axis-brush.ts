import type { Span } from '../../src/plots/parallel-scales.ts'
import type { DrawnPlot } from './drawing.tsx'

interface BrushableAxis {
  readonly name: string
  /** What is brushed of it, from 0 at the bottom to 1 at the top. */
  readonly span: Span | undefined
}

/** Less than that is a click. */
const leastPixels = 4
/** To either side of an axis. */
const reach = 12
/** Beyond what is brushed, so that one value shows, too. */
const overhang = 4

/** Lets a part of each axis be chosen, by mouse or pen, and shows those that are; a click on an axis lets go of it. */
export function brushAxes(
  plot: DrawnPlot,
  axes: readonly BrushableAxis[],
  onBrush: (name: string, span: Span | undefined) => void,
): void {
  const [x, y] = [plot.scale('x'), plot.scale('y')]
  if (!(plot instanceof SVGSVGElement) || x === undefined || y?.invert === undefined) return
  const [bottom, top] = [Number(y.apply(0)), Number(y.apply(1))]
  const placeAt = (pixels: number) => (bottom - pixels) / (bottom - top)
  const heightOf = (event: PointerEvent) =>
    new DOMPoint(event.clientX, event.clientY).matrixTransform(plot.getScreenCTM()?.inverse()).y
  const width = Math.min(reach, (x.step ?? 2 * reach) / 2)
  for (const { name, span } of axes) {
    const at = Number(x.apply(name))
    const strip = (className: string, from: number, to: number, half: number) => {
      const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
      rect.setAttribute('class', className)
      rect.setAttribute('data-axis', name)
      place(rect, { x: at - half, width: 2 * half, y: from, height: to - from })
      return rect
    }
    const hit = strip('axis', top - overhang, bottom + overhang, width)
    const area = strip('brush', 0, 0, Math.min(7, width))
    const draw = (from: number, to: number) => {
      const [high, low] = [Math.max(Math.min(from, to), top), Math.min(Math.max(from, to), bottom)]
      place(area, { y: high - overhang, height: Math.max(low - high, 0) + 2 * overhang })
    }
    if (span !== undefined) draw(Number(y.apply(span[0])), Number(y.apply(span[1])))
    plot.append(area, hit)
    let start: number | undefined
    hit.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || event.pointerType === 'touch') return
      start = heightOf(event)
      hit.setPointerCapture(event.pointerId)
    })
    hit.addEventListener('pointermove', (event) => {
      if (start !== undefined) draw(start, heightOf(event))
    })
    hit.addEventListener('pointercancel', () => {
      start = undefined
    })
    hit.addEventListener('pointerup', (event) => {
      if (start === undefined) return
      const [from, end] = [start, heightOf(event)]
      start = undefined
      const isClick = Math.abs(end - from) < leastPixels
      onBrush(name, isClick ? undefined : [placeAt(Math.max(from, end)), placeAt(Math.min(from, end))])
    })
  }
}

function place(rect: SVGRectElement, attributes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(attributes)) rect.setAttribute(name, String(value))
}
