import type { PredictedPicture } from '../../../src/server/models/protocol.ts'

/** Of more classes only so many are shown, the likeliest. */
const mostClasses = 12

interface Props {
  readonly prediction: PredictedPicture | undefined
  readonly label: string
}

const none = Array.from({ length: 10 }, (_, digit) => ({ name: String(digit), probability: 0 }))

/** How likely each class is. */
export function Bars({ prediction, label }: Props) {
  const classes = prediction?.classes ?? none
  const likeliest = [...classes].sort((a, b) => b.probability - a.probability)
  const shown = classes.length > mostClasses ? likeliest.slice(0, mostClasses) : classes
  return (
    <table class={prediction === undefined ? 'bars idle' : 'bars'} aria-label={label}>
      <thead class="hidden">
        <tr>
          <th scope="col">Class</th>
          <th scope="col">Probability</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ name, probability }) => (
          <tr key={name} class={prediction?.label === name ? 'first' : undefined}>
            <th scope="row">{name}</th>
            <td>
              <span class="bar">
                <span style={{ width: `${100 * probability}%` }} />
              </span>
              <span class="share">{prediction === undefined ? '–' : `${(100 * probability).toFixed(1)} %`}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
