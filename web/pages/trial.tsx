export function Trial({ id }: { readonly id: number }) {
  return <p>{id}</p>
}
