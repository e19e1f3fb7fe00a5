/** A front in the size of a word. */
export function Spark({ points }: { readonly points: readonly (readonly [number, number])[] }) {
  if (points.length === 0) return <span>–</span>
  const place = ([x, y]: readonly [number, number]) => `${2 + 76 * x},${22 - 20 * y}`
  return (
    <svg
      class="spark"
      viewBox="0 0 80 24"
      width="80"
      height="24"
      role="img"
      aria-label={`a front of ${points.length} points`}
    >
      <polyline points={points.map(place).join(' ')} />
      {points.map(([x, y], k) => (
        <circle key={k} cx={2 + 76 * x} cy={22 - 20 * y} r="1.6" />
      ))}
    </svg>
  )
}
