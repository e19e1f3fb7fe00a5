/** What `swath plot` draws. */
export const plotKinds = ['pareto', 'curves', 'parallel', 'heatmap', 'importance', 'hypervolume'] as const
export type PlotKind = (typeof plotKinds)[number]
