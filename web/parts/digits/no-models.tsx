/** What to do where there is nothing to draw for. */
export function NoModels() {
  return (
    <>
      <h1>Digits</h1>
      <p class="empty">
        No trained model yet. <a href="/new">Start a sweep here</a>, or type{' '}
        <code>swath run sweeps/seed-models.yaml</code>: each trial that completes leaves a model to draw for.
      </p>
    </>
  )
}
