import * as Plot from '@observablehq/plot'

import type { ParetoFigure } from '../figures/pareto.ts'
import { axisOf } from './axis.ts'
import { framed, okabeIto, type Drawing, type Frame } from './frame.ts'
import { colorScale, legendPlot } from './legend.ts'

/** Draws every point: the front joined by a line, dominated points faded, infeasible ones hollow. */
export function paretoPlot(figure: ParetoFigure, frame: Frame): Drawing {
  const { points, color } = figure
  const front = points.filter((point) => point.isOnFront).sort((a, b) => a.x - b.x || a.y - b.y)
  const feasible = points.filter(({ isFeasible }) => isFeasible)
  const infeasible = points.filter(({ isFeasible }) => !isFeasible)
  const scale = color === undefined ? undefined : colorScale(points.map((point) => point.color))
  const fill = color === undefined ? okabeIto.blue : 'color'
  const plot: Plot.PlotOptions = {
    ...framed(frame),
    x: { tickFormat: 's', ticks: 6, ...axisOf(points.map(({ x }) => x)), label: figure.x, grid: true },
    y: { ...axisOf(points.map(({ y }) => y)), label: figure.y, grid: true },
    ...(scale !== undefined && { color: scale }),
    marks: [
      Plot.dot(infeasible, {
        ...{ x: 'x', y: 'y', stroke: fill, r: radius },
        strokeOpacity: (point: ParetoFigure['points'][number]) => (point.isChosen ? 0.6 : 0.15),
      }),
      Plot.dot(feasible, {
        ...{ x: 'x', y: 'y', fill, r: radius },
        fillOpacity: (point: ParetoFigure['points'][number]) => (!point.isChosen ? 0.08 : point.isOnFront ? 1 : 0.45),
      }),
      // A front over more than these two axes is no line between them.
      ...(figure.frontOver.length > 2
        ? []
        : [Plot.line(front, { x: 'x', y: 'y', stroke: okabeIto.vermilion, strokeWidth: 2, curve: stepFor(figure) })]),
      Plot.dot(front, {
        ...{ x: 'x', y: 'y', fill, stroke: okabeIto.vermilion, strokeWidth: 1.5, r: 4.5 },
        fillOpacity: (point: ParetoFigure['points'][number]) => (point.isChosen ? 1 : 0.15),
      }),
      ...(frame.isLive === true
        ? [
            Plot.tip(
              points,
              Plot.pointer({
                x: 'x',
                y: 'y',
                channels: { trial: 'trial', ...(color !== undefined && { [color]: 'color' }) },
              }),
            ),
          ]
        : []),
    ],
  }
  const legends = scale === undefined || color === undefined ? [] : [legendPlot(color, scale, frame.width)]
  const hollow = infeasible.length === 0 ? '' : ', hollow where a constraint is violated'
  return { title: `${figure.y} over ${figure.x}${hollow}`, parts: [...legends, plot] }
}

/** A larger dot stands for many points. */
function radius({ stands }: ParetoFigure['points'][number]): number {
  return Math.min(3 + Math.log2(stands), 8)
}

/** Between two points of a front the cheaper one is what there is. */
function stepFor({ xGoal }: ParetoFigure): 'step-after' | 'step-before' {
  return xGoal === 'minimize' ? 'step-after' : 'step-before'
}
