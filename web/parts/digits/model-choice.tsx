import type { ModelGroup } from '../../state/models.ts'

interface Props {
  readonly label: string
  readonly groups: readonly ModelGroup[]
  readonly value: number | undefined
  /** What stands for no model; without it there is always one. */
  readonly none?: string
  readonly onChange: (trial: number | undefined) => void
}

/** One of the trained models, by sweep. */
export function ModelChoice({ label, groups, value, none, onChange }: Props) {
  const isListed = groups.some(({ models }) => models.some(({ trial }) => trial === value))
  return (
    <label class="model">
      <span>{label}</span>
      <select
        value={value === undefined ? '' : String(value)}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value === '' ? undefined : Number(currentTarget.value))
        }}
      >
        {none === undefined ? null : <option value="">{none}</option>}
        {value === undefined || isListed ? null : <option value={String(value)}>trial {value}</option>}
        {groups.map(({ sweep, models }) => (
          <optgroup key={sweep} label={sweep}>
            {models.map(({ trial, text }) => (
              <option key={trial} value={String(trial)}>
                {text}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  )
}
