import type { PlotOptions } from '@observablehq/plot'

/** How large a plot is drawn, in CSS pixels. */
export interface Frame {
  readonly width: number
  readonly height: number
  /** Somebody can point at it: what is pointed at is told. */
  readonly isLive?: boolean
}

/** What is drawn of a figure: plots one below the other, legends first. */
export interface Drawing {
  readonly title: string
  readonly parts: readonly PlotOptions[]
}

/** What all plots have in common. Colours of text and lines are those of where the plot is put. */
export function framed({ width, height }: Frame): PlotOptions {
  return {
    width,
    height,
    // The page forbids styles in documents: the rules are in its own sheet, under this name.
    className: 'swath-plot',
    style: { background: 'none', fontFamily: 'inherit', fontSize: '12px' },
    marginTop: 30,
    marginLeft: 60,
    marginBottom: 40,
  }
}

/** Told apart whoever looks (M. Okabe and K. Ito, Color Universal Design, 2008), on light ground and on dark. */
export const okabeIto = {
  blue: '#0072b2',
  orange: '#e69f00',
  green: '#009e73',
  vermilion: '#d55e00',
  sky: '#56b4e9',
  purple: '#cc79a7',
} as const

export const categories = Object.values(okabeIto)

/** Numbers by size: without viridis' darkest, which nobody sees on a dark ground. */
export const ramp = { scheme: 'viridis' as const, range: [0.2, 1] }
