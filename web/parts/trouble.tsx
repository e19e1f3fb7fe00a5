import { ApiError } from '../state/api.ts'

interface Props {
  readonly error: Error
  /** Starts again what was refused, with the program as it is now. */
  readonly onAcceptProgram?: () => void
}

/** What went wrong, and what to do next. */
export function Trouble({ error, onAcceptProgram }: Props) {
  const isChanged = error instanceof ApiError && error.code === 'sweep-changed'
  return (
    <div class="trouble" role="alert">
      <p>
        {error.message}
        {error instanceof ApiError && error.hint !== undefined ? <span class="hint"> {error.hint}</span> : null}
      </p>
      {isChanged && onAcceptProgram !== undefined ? (
        <button type="button" onClick={onAcceptProgram}>
          Go on with the changed program
        </button>
      ) : null}
    </div>
  )
}
