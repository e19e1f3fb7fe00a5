import { computed, signal } from '@preact/signals'

/** Where the page is: the address bar holds the whole view, so that it can be sent. */
const href = signal(location.href)

export const path = computed(() => new URL(href.value).pathname)
export const query = computed(() => new URL(href.value).searchParams)

addEventListener('popstate', () => {
  href.value = location.href
})

/** Goes to another address of the page. */
export function go(to: string): void {
  history.pushState(null, '', to)
  href.value = location.href
  scrollTo(0, 0)
}

/** Changes the view; null takes a part of it back to what it is by default. */
export function show(parts: Readonly<Record<string, string | null>>): void {
  const url = new URL(location.href)
  for (const [key, value] of Object.entries(parts)) {
    if (value === null || value === '') url.searchParams.delete(key)
    else url.searchParams.set(key, value)
  }
  history.replaceState(null, '', url)
  href.value = location.href
}

/** Follows links inside the page without loading it again. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (link?.origin !== location.origin || link.target !== '' || link.hasAttribute('download')) return
  if (link.pathname.startsWith('/api/')) return
  event.preventDefault()
  go(link.pathname + link.search)
}
