export function NewSweep() {
  return <p>…</p>
}
