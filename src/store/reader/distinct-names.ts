/** Columns of the same name, as `select a.*, b.*` has them, told apart as SQLite does in views: `id`, `id:1`. */
export function distinctNames(columns: readonly string[]): string[] {
  const taken = new Set<string>()
  return columns.map((name) => {
    let distinct = name
    for (let k = 1; taken.has(distinct); k++) distinct = `${name}:${k}`
    taken.add(distinct)
    return distinct
  })
}
