interface Props {
  readonly label: string
  readonly value: string
  readonly names: readonly string[]
  readonly none?: string
  readonly onChange: (name: string) => void
}

/** One of some names. */
export function Choose({ label, value, names, none, onChange }: Props) {
  return (
    <label class="choose">
      <span>{label}</span>
      <select
        value={value}
        onChange={(event) => {
          onChange(event.currentTarget.value)
        }}
      >
        {none === undefined ? null : <option value="">{none}</option>}
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
