import type { LayersModel, layers } from '@tensorflow/tfjs'
import type { ModelCost } from './cost.ts'

type Layer = layers.Layer

/**
 * Counts a model's weights, and the floating-point operations of one example's way through it. Products count
 * (dense, convolutions, recurrent layers), a multiply-add as two; activations, pooling, normalisation and dropout don't.
 */
export function modelCost(model: LayersModel): ModelCost {
  return {
    parameterCount: model.countParams(),
    flops: model.layers.reduce((sum, layer) => sum + layerFlops(layer), 0),
  }
}

/** What one layer of a model is and costs. */
export interface LayerCost extends ModelCost {
  readonly name: string
  readonly kind: string
  /** Of one example; null for a size that is known with the data only. */
  readonly outputShape: readonly (number | null)[]
}

/** A model's layers in their order, each with what it costs. */
export function layerCosts(model: LayersModel): LayerCost[] {
  return model.layers.map((layer) => ({
    ...{ name: layer.name, kind: layer.getClassName(), parameterCount: layer.countParams(), flops: layerFlops(layer) },
    outputShape: shapeAsSaid(layer.outputShape).slice(1),
  }))
}

function shapeAsSaid(shape: unknown): (number | null)[] {
  return (Array.isArray(shape) && Array.isArray(shape[0]) ? shape[0] : shape) as (number | null)[]
}

/** The layers of a model that is used as a layer are counted too. */
function layerFlops(layer: Layer): number {
  if ('layers' in layer) return (layer.layers as Layer[]).reduce((sum, inner) => sum + layerFlops(inner), 0)
  const kernel = layer.weights[0]?.shape.map(Number) ?? []
  switch (layer.getClassName()) {
    case 'Dense':
      return 2 * product(kernel) * positions(layer, 1)
    case 'Conv1D':
    case 'Conv2D':
    case 'Conv3D':
      return 2 * product(kernel) * positions(layer, 1)
    case 'Conv2DTranspose':
      return 2 * product(kernel) * inputPositions(layer)
    case 'DepthwiseConv2D':
      return 2 * product(kernel) * positions(layer, 1)
    case 'SeparableConv2D':
      return 2 * (product(kernel) + product(layer.weights[1]?.shape.map(Number) ?? [])) * positions(layer, 1)
    case 'SimpleRNN':
    case 'GRU':
    case 'LSTM':
      return 2 * (product(kernel) + product(layer.weights[1]?.shape.map(Number) ?? [])) * timeSteps(layer)
    default:
      return 0
  }
}

/** How many places of the output a kernel is applied at; its last `channels` axes are the kernel's own. */
function positions(layer: Layer, channels: number): number {
  const axes = shapeOf(layer.outputShape).slice(1)
  if (isChannelsFirst(layer)) return product(axes.slice(channels))
  return product(axes.slice(0, axes.length - channels))
}

function inputPositions(layer: Layer): number {
  const axes = shapeOf(inputShape(layer)).slice(1)
  return product(isChannelsFirst(layer) ? axes.slice(1) : axes.slice(0, -1))
}

function timeSteps(layer: Layer): number {
  return shapeOf(inputShape(layer))[1] ?? 1
}

function inputShape(layer: Layer): unknown {
  return (layer.input as { shape: unknown }).shape
}

function isChannelsFirst(layer: Layer): boolean {
  return (layer.getConfig() as { dataFormat?: string }).dataFormat === 'channelsFirst'
}

/** A dimension that is only known with the data counts once. */
function shapeOf(shape: unknown): number[] {
  return shapeAsSaid(shape).map((size) => size ?? 1)
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((result, size) => result * size, 1)
}
