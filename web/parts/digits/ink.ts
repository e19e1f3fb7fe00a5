/** Pixels of the canvas, each way: MNIST's 28, sixteen times. */
export const side = 448
/** MNIST's strokes are about a twelfth of the field. */
const thickness = side / 13

interface Point {
  readonly x: number
  readonly y: number
}

/** Strokes on a canvas, dark on white, through the middles between where the pointer was, so that they are smooth. */
export class Ink {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  #strokes: Point[][] = []

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d')
    if (context === null) throw new Error('this browser draws nothing on a canvas')
    this.#canvas = canvas
    this.#context = context
    this.clear()
  }

  get isEmpty(): boolean {
    return this.#strokes.length === 0
  }

  start(event: PointerEvent): void {
    this.#strokes.push([this.#place(event)])
    this.#draw()
  }

  /** Goes on with the last stroke: browsers tell of several places at once. */
  follow(event: PointerEvent): void {
    const events = event.getCoalescedEvents()
    for (const each of events.length === 0 ? [event] : events) this.#strokes.at(-1)?.push(this.#place(each))
    this.#draw()
  }

  clear(): void {
    this.#strokes = []
    this.#draw()
  }

  read(): Promise<Blob> {
    return new Promise((resolve, reject) => {
      this.#canvas.toBlob((blob) => {
        if (blob === null) reject(new Error('the drawing cannot be read'))
        else resolve(blob)
      }, 'image/png')
    })
  }

  #draw(): void {
    const context = this.#context
    context.fillStyle = '#ffffff'
    context.fillRect(0, 0, side, side)
    Object.assign(context, { strokeStyle: '#14161a', lineWidth: thickness, lineCap: 'round', lineJoin: 'round' })
    for (const [first, ...rest] of this.#strokes) {
      if (first === undefined) continue
      context.beginPath()
      context.moveTo(first.x, first.y)
      let last = first
      for (const point of rest) {
        context.quadraticCurveTo(last.x, last.y, (last.x + point.x) / 2, (last.y + point.y) / 2)
        last = point
      }
      // A line of no length is none, and a touch without a move is a dot.
      context.lineTo(last.x + 0.01, last.y)
      context.stroke()
    }
  }

  #place({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect()
    return { x: ((clientX - left) * side) / width, y: ((clientY - top) * side) / height }
  }
}
