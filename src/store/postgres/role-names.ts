export interface RoleNames {
  readonly owner: string
  readonly worker: string
  readonly reader: string
}

/** Roles are of a whole server: those of a store are named after its schema. */
export function roleNames(schema: string): RoleNames {
  return { owner: `${schema}_owner`, worker: `${schema}_worker`, reader: `${schema}_reader` }
}
