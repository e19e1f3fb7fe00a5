import { effect, signal } from '@preact/signals'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const key = 'theme'

/** Light, dark, or as the system has it; kept in this browser. */
export const theme = signal<Theme>(kept())

// Before anything is drawn: the style sheet goes by the attribute.
effect(() => {
  if (theme.value === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme.value
})

// Another tab has changed it.
addEventListener('storage', (event) => {
  if (event.key === key || event.key === null) theme.value = kept()
})

export function changeTheme(to: Theme): void {
  theme.value = to
  try {
    if (to === 'system') localStorage.removeItem(key)
    else localStorage.setItem(key, to)
  } catch {
    // A browser that keeps nothing has it for as long as the page is open.
  }
}

function kept(): Theme {
  try {
    const text = localStorage.getItem(key)
    return themes.find((each) => each === text) ?? 'system'
  } catch {
    return 'system'
  }
}
