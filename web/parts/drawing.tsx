import * as Plot from '@observablehq/plot'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

import type { Drawing as Drawn, Frame } from '../../src/plots/frame.ts'
import { brush, type Brushed } from './brush.ts'

interface Props {
  readonly draw: (frame: Frame) => Drawn
  readonly height: number
  /** What is seen, for who does not see it. */
  readonly label: string
  /** Called with what was brushed, in the plot's own units; undefined where it was let go. */
  readonly onBrush?: (area: Brushed | undefined) => void
  /** Called with the datum that was clicked. */
  readonly onClick?: (datum: unknown) => void
}

/** A drawing in the page, as wide as there is room. */
export function Drawing({ draw, height, label, onBrush, onClick }: Props) {
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
  useEffect(() => {
    const element = place.current
    if (element === null || width < 50) return
    const { parts } = draw({ width, height, isLive: true })
    const plots = parts.map((options) => {
      const plot = Plot.plot(options)
      // The page's policy allows no styles in documents; these rules are in its sheet.
      for (const style of plot.querySelectorAll('style')) style.remove()
      // The drawing as a whole is named; groups of an SVG may not be.
      for (const mark of plot.querySelectorAll('g[aria-label]')) mark.removeAttribute('aria-label')
      return plot
    })
    element.replaceChildren(...plots)
    const main = plots.at(-1)
    if (main === undefined) return
    if (onBrush !== undefined) brush(main, onBrush)
    if (onClick !== undefined) {
      main.addEventListener('click', () => {
        if (main.value !== null && main.value !== undefined) onClick(main.value)
      })
    }
  }, [draw, width, height])
  return <div ref={place} class="drawing" role="img" aria-label={label} />
}
