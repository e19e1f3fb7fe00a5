export function Digits() {
  return <p>…</p>
}
