import type { DrawnPlot } from './drawing.tsx'

/** An area of a plot, in the units of its axes. */
interface Brushed {
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
}

/** Less than that is a click. */
const leastPixels = 5

/** Lets a rectangle be drawn over a plot, by mouse or pen; a double click lets it go. */
export function brush(plot: DrawnPlot, onBrush: (area: Brushed | undefined) => void): void {
  if (!(plot instanceof SVGSVGElement)) return
  const [x, y] = [plot.scale('x'), plot.scale('y')]
  const across = (pixels: number) => Number(x?.invert?.(pixels))
  const up = (pixels: number) => Number(y?.invert?.(pixels))
  if (Number.isNaN(across(0)) || Number.isNaN(up(0))) return
  const area = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  area.setAttribute('class', 'brush')
  plot.append(area)
  let start: DOMPoint | undefined
  const place = (event: PointerEvent) =>
    new DOMPoint(event.clientX, event.clientY).matrixTransform(plot.getScreenCTM()?.inverse())
  const between = (a: number, b: number) => [Math.min(a, b), Math.max(a, b)] as const
  plot.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || event.pointerType === 'touch') return
    start = place(event)
    plot.setPointerCapture(event.pointerId)
  })
  plot.addEventListener('pointermove', (event) => {
    if (start === undefined) return
    const end = place(event)
    const [left, right] = between(start.x, end.x)
    const [top, bottom] = between(start.y, end.y)
    for (const [name, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top })) {
      area.setAttribute(name, String(value))
    }
  })
  plot.addEventListener('pointerup', (event) => {
    if (start === undefined) return
    const [from, end] = [start, place(event)]
    start = undefined
    if (Math.abs(end.x - from.x) < leastPixels || Math.abs(end.y - from.y) < leastPixels) return
    onBrush({ x: between(across(from.x), across(end.x)), y: between(up(from.y), up(end.y)) })
  })
  plot.addEventListener('dblclick', () => {
    onBrush(undefined)
  })
}
