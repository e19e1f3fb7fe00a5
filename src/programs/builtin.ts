/** The programs that come with swath; `load.ts` imports them. */
export const builtinPrograms = ['mlp', 'lenet', 'classifier'] as const

/** All that their trials report. */
export const builtinMetrics = [
  ...['train_loss', 'train_accuracy', 'val_loss', 'val_accuracy', 'epoch_seconds', 'images_per_second'],
  ...['test_loss', 'test_accuracy'],
] as const
