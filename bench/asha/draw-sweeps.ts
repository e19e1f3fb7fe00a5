import { dot, line, text } from '@observablehq/plot'

import { framed, type Drawing } from '../../src/plots/frame.ts'
import { flopsOf, type Sweep } from './trained.ts'

const frame = framed({ width: 720, height: 320 })
const [faded, strong] = ['#b9bec6', '#1769aa']

/** Both sweeps in one picture: every trial by epoch, and the best one so far over what the training has cost by then. */
export function drawSweeps(grid: Sweep, asha: Sweep): Drawing {
  const whole = flopsOf(grid.trials)
  const all = [grid, asha].flatMap(({ trials }) => trials.map(({ val_accuracy }) => val_accuracy))
  const top = Math.max(...all)
  const accuracy = { domain: [top - 0.1, top + 0.002], tickFormat: '.0%', grid: true } as const

  const curves = {
    ...frame,
    x: { label: 'epoch', ticks: [1, 3, 5, 7, 9] },
    y: { ...accuracy, label: 'validation accuracy' },
    clip: true,
    marks: [
      line(pointsOf(grid), { x: 'epoch', y: 'accuracy', z: 'trial', stroke: faded, strokeWidth: 1 }),
      line(pointsOf(asha), { x: 'epoch', y: 'accuracy', z: 'trial', stroke: strong, strokeWidth: 1.5 }),
      dot(endsOf(asha), { x: 'epoch', y: 'accuracy', r: 2.5, fill: strong }),
    ],
  }
  const bests = [progressOf(grid, whole), progressOf(asha, whole)] as const
  const least = Math.min(...bests.map(([first]) => first?.best ?? top))
  const progress = {
    ...frame,
    x: { domain: [0, 1], label: "training FLOPs spent, of the whole grid's", tickFormat: '.0%', ticks: 5 },
    y: {
      ...accuracy,
      domain: [least - 0.002, top + 0.001],
      label: 'best completed trial so far',
      ticks: 5,
      tickFormat: '.2%',
    },
    marks: bests.flatMap((points, k) => {
      const [name, colour] = k === 0 ? ['the whole grid', '#7d8591'] : ['ASHA', strong]
      const label = {
        x: 'spent',
        y: 'best',
        text: () => name,
        fill: colour,
        textAnchor: 'end',
        dy: k === 0 ? -9 : 12,
      } as const
      return [
        line(points, { x: 'spent', y: 'best', curve: 'step-after', stroke: colour, strokeWidth: 2 }),
        dot(points.slice(-1), { x: 'spent', y: 'best', r: 3.5, fill: colour }),
        text(points.slice(-1), label),
      ]
    }),
  }
  return { title: 'ASHA beside the whole grid: 81 networks for MNIST', parts: [curves, progress] }
}

interface Reached {
  readonly trial: number
  readonly epoch: number
  readonly accuracy: number
}

function pointsOf({ trials }: Sweep): Reached[] {
  return trials.flatMap(({ curve }, trial) => curve.map((accuracy, k) => ({ trial, epoch: k + 1, accuracy })))
}

function endsOf({ trials }: Sweep): Reached[] {
  return trials.map(({ epochs, val_accuracy }, trial) => ({ trial, epoch: epochs, accuracy: val_accuracy }))
}

/** After each trial that ended: what all of them have cost by then, and the best of those that were completed. */
function progressOf({ trials }: Sweep, whole: number): { spent: number; best: number }[] {
  let spent = 0
  let best = -Infinity
  return trials.flatMap(({ state, flops, epochs, val_accuracy }) => {
    spent += flops * epochs
    if (state === 'completed') best = Math.max(best, val_accuracy)
    return best > 0 ? [{ spent: spent / whole, best }] : []
  })
}
