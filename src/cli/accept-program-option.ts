/** The option of commands that continue a sweep. */
export const acceptProgramOption = {
  type: 'boolean',
  default: false,
  describe: 'Go on though the program has changed; `show` says which trials ran which version',
} as const
