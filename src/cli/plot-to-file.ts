import { writeFileSync } from 'node:fs'
import { extname } from 'node:path'

import { messageOf, SwathError } from '../errors.ts'
import { analysisFigure } from '../figures/analysis.ts'
import { pathBelow } from '../path-below.ts'
import { chooseAxes } from '../results/axes.ts'
import { Choice } from '../figures/choice.ts'
import { columnOf, metricByEpoch, varyingColumns } from '../figures/column.ts'
import { curvesFigure } from '../figures/curves.ts'
import { heatmapFigure } from '../figures/heatmap.ts'
import { parallelFigure } from '../figures/parallel.ts'
import { paretoFigure } from '../figures/pareto.ts'
import { curvesPlot } from '../plots/curves.ts'
import type { Drawing, Frame } from '../plots/frame.ts'
import { heatmapPlot } from '../plots/heatmap.ts'
import { hypervolumePlot } from '../plots/hypervolume.ts'
import { importancePlot } from '../plots/importance.ts'
import type { PlotKind } from '../plots/kinds.ts'
import { parallelPlot } from '../plots/parallel.ts'
import { paretoPlot } from '../plots/pareto.ts'
import { renderPng, renderSvg } from '../plots/render.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'

export interface PlotOptions {
  readonly kind: PlotKind
  readonly output: string | undefined
  readonly x: string | undefined
  readonly y: string | undefined
  readonly 'color-by': string | undefined
  readonly metric: string | undefined
  readonly where: string | undefined
  readonly log: boolean
  readonly width: number
  readonly height: number
}

const curvesDrawn = 200
const linesDrawn = 1_000

/** Draws a sweep to an SVG or PNG file, and says where. */
export async function plotToFile(store: Store, sweep: SweepRow, options: PlotOptions): Promise<void> {
  const { kind, width, height, output = ownName(sweep, kind) } = options
  const format = extname(output).toLowerCase()
  if (format !== '.svg' && format !== '.png') {
    throw new SwathError('usage', `--output ${output}: expected a name that ends in .svg or .png`)
  }
  const drawing = await draw(store, sweep, options, { width, height })
  const content = format === '.svg' ? renderSvg(drawing) : await renderPng(drawing)
  try {
    writeFileSync(output, content)
  } catch (error) {
    throw new SwathError('usage', `cannot write ${output}: ${messageOf(error)}`, { cause: error })
  }
  process.stdout.write(`${output}: ${drawing.title}\n`)
}

/** @throws SwathError('usage') if the sweep's row has another name than swath gives sweeps */
function ownName({ name }: SweepRow, kind: PlotKind): string {
  const file = `${name}-${kind}.svg`
  pathBelow(process.cwd(), file, 'usage')
  return file
}

async function draw(store: Store, sweep: SweepRow, options: PlotOptions, frame: Frame): Promise<Drawing> {
  const choice = await Choice.of(store, sweep, { where: options.where })
  const { x: cost, y: gain } = await axesOf(store, sweep, options)
  const named = (name: string) => columnOf(choice.columns, name) ?? choice.column(name)
  const { name: metric, goal } =
    options.metric === undefined ? { ...named(gain.key), goal: gain.goal } : named(options.metric)
  const varying = varyingColumns(choice.columns)
  switch (options.kind) {
    case 'pareto': {
      const [x, y] = [named(cost.key).name, named(gain.key).name]
      const axes = { x, y, xGoal: cost.goal, yGoal: gain.goal, color: options['color-by'] }
      return paretoPlot(some(await paretoFigure(choice, axes), 'points'), frame)
    }
    case 'curves': {
      const curve = options.metric === undefined ? metricByEpoch(choice.columns, metric) : metric
      const figure = await curvesFigure(choice, { metric: curve, goal, most: curvesDrawn })
      return curvesPlot(some(figure, 'curves'), frame, { isLog: options.log, smoothing: 0 })
    }
    case 'parallel': {
      const figure = await parallelFigure(choice, { axes: [...varying, metric], goal, most: linesDrawn })
      return parallelPlot(some(figure, 'lines'), frame)
    }
    case 'heatmap': {
      const [first, second] = varying
      const x = options.x ?? (varying.includes('depth') ? 'depth' : first)
      const y = options.y ?? (varying.includes('width') ? 'width' : second)
      if (x === undefined || y === undefined) {
        throw new SwathError('usage', `${sweep.name} does not vary two parameters`, {
          hint: 'name two with --x and --y',
        })
      }
      return heatmapPlot(some(await heatmapFigure(choice, { x, y, value: metric }), 'cells'), frame)
    }
    case 'importance': {
      const { importances } = await analysisFigure(store, sweep)
      const found = importances.find(({ objective }) => objective === metric) ?? importances[0]
      if (found === undefined)
        throw new SwathError('not-found', 'fewer than ten points have completed, too few for importances')
      return importancePlot(found, frame)
    }
    case 'hypervolume':
      return hypervolumePlot(some(await analysisFigure(store, sweep), 'hypervolume').hypervolume, frame)
  }
}

async function axesOf(store: Store, sweep: SweepRow, { kind, x, y }: PlotOptions) {
  const [first, second] = await chooseAxes(store, sweep, kind === 'pareto' ? { x, y } : {})
  const gain = second ?? first
  if (gain === undefined) throw nothingYet(sweep.name)
  return { x: second === undefined ? { key: 'number', goal: 'minimize' as const } : (first ?? gain), y: gain }
}

/** Refuses to draw nothing. */
function some<Part extends string, Figure extends Readonly<Record<Part, readonly unknown[]>>>(
  figure: Figure,
  part: Part,
): Figure {
  if (figure[part].length > 0) return figure
  throw new SwathError('not-found', 'no trial has what is to be drawn', {
    hint: 'choose others with --where, or wait until some have completed',
  })
}

function nothingYet(sweep: string): SwathError {
  return new SwathError('not-found', `no trial of ${sweep} has completed yet`)
}
