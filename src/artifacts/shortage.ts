const shortages: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the disk is read-only',
  EIO: 'the disk reports an error',
  ESTALE: 'the network disk is gone',
  ETIMEDOUT: 'the network disk does not answer',
}

/** Why a file cannot be written now that may be written later; undefined for any other error. */
export function shortageOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException
    const reason = code === undefined ? undefined : shortages[code]
    if (reason !== undefined) return reason
  }
  return undefined
}
