import { changeTheme, theme, themes } from '../state/theme.ts'

/** Light, dark, or as the system has it. */
export function ThemeChoice() {
  return (
    <label class="choose theme">
      <span class="hidden">Theme</span>
      <select
        value={theme.value}
        onChange={(event) => {
          const to = themes.find((each) => each === event.currentTarget.value)
          if (to !== undefined) changeTheme(to)
        }}
      >
        {themes.map((each) => (
          <option key={each} value={each}>
            {names[each]}
          </option>
        ))}
      </select>
    </label>
  )
}

const names = { system: 'System', light: 'Light', dark: 'Dark' } as const
