/** Light, dark, or as the system has it. Kept by the browser, so that no page flashes in the wrong one. */
export type Theme = 'system' | 'light' | 'dark'

const place = 'floe-theme'
const dark = matchMedia('(prefers-color-scheme: dark)')

export const storedTheme = (): Theme => {
  const stored = localStorage.getItem(place)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

const show = (): void => {
  const theme = storedTheme()
  const isDark = theme === 'dark' || (theme === 'system' && dark.matches)
  document.documentElement.classList.toggle('pf-v6-theme-dark', isDark)
}

export const chooseTheme = (theme: Theme): void => {
  localStorage.setItem(place, theme)
  show()
}

/** Shows the stored theme and follows the system and other tabs. */
export const followTheme = (): void => {
  show()
  dark.addEventListener('change', show)
  addEventListener('storage', (event) => {
    if (event.key === place) show()
  })
}
