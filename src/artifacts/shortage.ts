const shortages: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the disk is read-only',
  EIO: 'the disk reports an error',
  ESTALE: 'the network disk is gone',
  ETIMEDOUT: 'the network disk does not answer',
}

/** What a process lacks for a moment: another one ends, or this one closes a file. */
const momentary: Readonly<Record<string, string>> = {
  EMFILE: 'this process has too many files open',
  ENFILE: 'this machine has too many files open',
  EAGAIN: 'the system lacks a resource for now',
  ENOMEM: 'there is too little memory for now',
}

/** Why a file cannot be written now that may be written later; undefined for any other error. */
export function shortageOf(error: unknown): string | undefined {
  return reasonAmong(shortages, error)
}

/** Why the system refuses what it may grant within seconds; undefined for any other error. */
export function momentaryShortageOf(error: unknown): string | undefined {
  return reasonAmong(momentary, error)
}

function reasonAmong(reasons: Readonly<Record<string, string>>, error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException
    const reason = code === undefined ? undefined : reasons[code]
    if (reason !== undefined) return reason
  }
  return undefined
}
