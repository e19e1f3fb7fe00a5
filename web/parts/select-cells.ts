import type { CellGrid, CellPlace } from './cell-grid.ts'
import type { DrawnPlot } from './drawing.tsx'

interface SelectableCell {
  readonly x: number | string
  readonly y: number | string
  /** What is seen of it, for who does not see it. */
  readonly told: string
  readonly isSelected: boolean
}

/** Where the keyboard is in a grid; it outlives the drawing. */
export interface CellCursor {
  at: CellPlace | undefined
  /** From where cells are taken along with Shift. */
  from: CellPlace | undefined
}

const directions: Readonly<Record<string, CellPlace>> = {
  ArrowLeft: { column: -1, row: 0 },
  ArrowRight: { column: 1, row: 0 },
  ArrowUp: { column: 0, row: -1 },
  ArrowDown: { column: 0, row: 1 },
}

/**
 * Lets cells of a plot with two bands be selected: by a click, by drawing over several, and in a list that arrow keys go
 * about in; Enter selects, Shift takes along, Escape lets go.
 */
export function selectCells<Cell extends SelectableCell>(
  plot: DrawnPlot,
  grid: CellGrid<Cell>,
  { label, cursor, onSelect }: SelectOptions<Cell>,
): void {
  const [x, y] = [plot.scale('x'), plot.scale('y')]
  if (!(plot instanceof SVGSVGElement) || x?.bandwidth === undefined || y?.bandwidth === undefined) return
  const { bandwidth: width } = x
  const { bandwidth: height } = y
  const left = grid.columns.map((value) => Number(x.apply(value)))
  const top = grid.rows.map((value) => Number(y.apply(value)))
  const boxOf = (a: CellPlace, b = a) => {
    const [x0, x1] = ordered(left[a.column] ?? 0, left[b.column] ?? 0)
    const [y0, y1] = ordered(top[a.row] ?? 0, top[b.row] ?? 0)
    return { x: x0, y: y0, width: x1 - x0 + width, height: y1 - y0 + height }
  }

  // What is drawn is told by the options of the list.
  for (const part of plot.children) part.setAttribute('aria-hidden', 'true')
  const last = { column: grid.columns.length - 1, row: grid.rows.length - 1 }
  const hit = rectangle('cells', boxOf({ column: 0, row: 0 }, last))
  const area = rectangle('brush', { width: 0, height: 0 })
  for (const rect of [hit, area]) rect.setAttribute('aria-hidden', 'true')
  const options = new Map<Cell, SVGRectElement>()
  for (const cell of grid.between({ column: 0, row: 0 }, last)) {
    const option = rectangle('cell', boxOf(grid.placeOf(cell)))
    const attributes = { role: 'option', 'aria-label': cell.told, 'aria-selected': String(cell.isSelected) }
    for (const [name, value] of Object.entries(attributes)) option.setAttribute(name, value)
    option.id = `cell-${options.size}`
    options.set(cell, option)
  }
  plot.append(...options.values(), area, hit)
  for (const [name, value] of Object.entries({
    role: 'listbox',
    'aria-multiselectable': 'true',
    'aria-label': label,
  })) {
    plot.setAttribute(name, value)
  }
  plot.setAttribute('tabindex', '0')

  // By mouse, pen or finger.
  let start: CellPlace | undefined
  const placeAt = (event: PointerEvent): CellPlace => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(plot.getScreenCTM()?.inverse())
    return { column: nearest(left, point.x - width / 2), row: nearest(top, point.y - height / 2) }
  }
  hit.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    start = placeAt(event)
    place(area, boxOf(start))
    hit.setPointerCapture(event.pointerId)
  })
  hit.addEventListener('pointermove', (event) => {
    if (start !== undefined) place(area, boxOf(start, placeAt(event)))
  })
  const end = () => {
    start = undefined
    place(area, { width: 0, height: 0 })
  }
  hit.addEventListener('pointercancel', end)
  hit.addEventListener('pointerup', (event) => {
    if (start === undefined) return
    const [from, to] = [start, placeAt(event)]
    Object.assign(cursor, { at: to, from })
    end()
    onSelect(grid.between(from, to))
  })

  // By keyboard.
  const first = [...options.keys()].map((cell) => grid.placeOf(cell))[0]
  if (cursor.at === undefined || grid.at(cursor.at) === undefined) Object.assign(cursor, { at: first, from: first })
  const tell = () => {
    const { at, from } = cursor
    const active = at && grid.at(at)
    for (const [cell, option] of options) option.classList.toggle('active', cell === active)
    const option = active && options.get(active)
    if (option !== undefined) plot.setAttribute('aria-activedescendant', option.id)
    const isOne = at === undefined || from === undefined || (at.column === from.column && at.row === from.row)
    place(area, isOne ? { width: 0, height: 0 } : boxOf(from, at))
  }
  tell()
  plot.addEventListener('keydown', (event) => {
    const direction = directions[event.key]
    const { at, from } = cursor
    if (at === undefined) return
    if (direction !== undefined) {
      cursor.at = grid.next(at, direction)
      if (!event.shiftKey) cursor.from = cursor.at
      tell()
    } else if (event.key === 'Enter' || event.key === ' ') onSelect(grid.between(from ?? at, at))
    else if (event.key === 'Escape') onSelect([])
    else return
    event.preventDefault()
  })
}

interface SelectOptions<Cell> {
  readonly label: string
  readonly cursor: CellCursor
  /** Called with the cells that were selected; with none where they were let go. */
  readonly onSelect: (cells: readonly Cell[]) => void
}

function rectangle(className: string, attributes: Readonly<Record<string, number>>): SVGRectElement {
  const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  rect.setAttribute('class', className)
  place(rect, attributes)
  return rect
}

function place(rect: SVGRectElement, attributes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(attributes)) rect.setAttribute(name, String(value))
}

function ordered(a: number, b: number): readonly [number, number] {
  return [Math.min(a, b), Math.max(a, b)]
}

function nearest(places: readonly number[], to: number): number {
  return places.reduce((best, at, k) => (Math.abs(at - to) < Math.abs((places[best] ?? 0) - to) ? k : best), 0)
}
