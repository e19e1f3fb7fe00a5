import { useState } from 'preact/hooks'

interface Props {
  readonly trial: number
  readonly classNames: readonly string[]
  /** What it is taken for at present. */
  readonly label: string | undefined
  readonly isBusy: boolean
  readonly onTeach: (label: string, anchor: boolean) => void
}

/** More are chosen from a list. */
const mostButtons = 12

/** Tells a model what is on the picture. */
export function Lesson({ trial, classNames, label, isBusy, onTeach }: Props) {
  const [anchor, setAnchor] = useState(true)
  const [chosen, setChosen] = useState('')
  const teach = (name: string) => {
    onTeach(name, anchor)
  }
  return (
    <fieldset class="lesson" disabled={label === undefined || isBusy} aria-busy={isBusy}>
      <legend>It is a …</legend>
      {classNames.length > mostButtons ? (
        <div class="labels">
          <select
            aria-label="What it is"
            value={chosen}
            onChange={({ currentTarget }) => {
              setChosen(currentTarget.value)
            }}
          >
            <option value="">Choose …</option>
            {classNames.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
          <button
            type="button"
            disabled={chosen === ''}
            onClick={() => {
              teach(chosen)
            }}
          >
            Teach
          </button>
        </div>
      ) : (
        <div class="labels">
          {classNames.map((name) => (
            <button
              key={name}
              type="button"
              class={name === label ? 'taken' : undefined}
              aria-label={`It is a ${name}`}
              onClick={() => {
                teach(name)
              }}
            >
              {name}
            </button>
          ))}
        </div>
      )}
      <label class="anchor">
        <input
          type="checkbox"
          checked={anchor}
          onChange={({ currentTarget }) => {
            setAnchor(currentTarget.checked)
          }}
        />
        <span>keep what it knew: train on old examples too</span>
      </label>
      <p class="note">
        {isBusy ? `Teaching trial ${trial} …` : `This makes a new model of trial ${trial}, which stays as it is.`}
      </p>
    </fieldset>
  )
}
