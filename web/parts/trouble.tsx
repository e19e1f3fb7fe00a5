import { ApiError } from '../state/api.ts'

/** What went wrong, and what to do next. */
export function Trouble({ error }: { readonly error: Error }) {
  return (
    <p class="trouble" role="alert">
      {error.message}
      {error instanceof ApiError && error.hint !== undefined ? <span class="hint"> {error.hint}</span> : null}
    </p>
  )
}
