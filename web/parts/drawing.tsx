import * as Plot from '@observablehq/plot'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

import type { Drawing as Drawn, Frame } from '../../src/plots/frame.ts'
import { useHeld } from './use-held.ts'

interface Props {
  readonly draw: (frame: Frame) => Drawn
  readonly height: number
  /** What is seen, for who does not see it. */
  readonly label: string
  /** There is something in it that has a name of its own. */
  readonly hasParts?: boolean
  /** Called with the plot once it is drawn, for what can be done with it. */
  readonly onDrawn?: (plot: DrawnPlot) => void
  /** Called with the datum that was clicked. */
  readonly onClick?: (datum: unknown) => void
}

export type DrawnPlot = (SVGSVGElement | HTMLElement) & Plot.Plot

/** A drawing in the page, as wide as there is room. */
export function Drawing({ draw, height, label, hasParts = false, onDrawn, onClick }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = place.current
    if (element === null) return
    const watch = new ResizeObserver(([entry]) => {
      setWidth(Math.floor(entry?.contentRect.width ?? 0))
    })
    watch.observe(element)
    return () => {
      watch.disconnect()
    }
  }, [])
  const { hold, change } = useHeld()
  useEffect(() => {
    const element = place.current
    if (element === null || width < 50) return
    change(() => {
      const { parts } = draw({ width, height, isLive: true })
      const plots = parts.map((options) => {
        const plot = Plot.plot(options)
        // The page's policy allows no styles in documents; these rules are in its sheet.
        for (const style of plot.querySelectorAll('style')) style.remove()
        // The drawing as a whole is named; groups of an SVG may not be.
        for (const mark of plot.querySelectorAll('g[aria-label]')) mark.removeAttribute('aria-label')
        return plot
      })
      const hadFocus = element.contains(document.activeElement)
      element.replaceChildren(...plots)
      const main = plots.at(-1)
      if (main === undefined) return
      onDrawn?.(main)
      if (hadFocus) main.focus()
      if (onClick !== undefined) {
        main.addEventListener('click', () => {
          if (main.value !== null && main.value !== undefined) onClick(main.value)
        })
      }
    })
  }, [draw, width, height])
  return <div ref={place} class="drawing" role={hasParts ? 'group' : 'img'} aria-label={label} onPointerDown={hold} />
}
