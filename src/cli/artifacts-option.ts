/** Option of the commands that can create a store. */
export const artifactsOption = {
  type: 'string',
  requiresArg: true,
  describe: 'Where checkpoints and models of a store on a server go: s3://bucket/prefix, or database',
  default: process.env.SWATH_ARTIFACTS,
  defaultDescription: 'SWATH_ARTIFACTS, or in its database',
} as const
