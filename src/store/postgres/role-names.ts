export interface RoleNames {
  readonly owner: string
  readonly worker: string
  readonly reader: string
}

/** Beside the store: pg-boss has a schema to itself. */
export function queueSchema(schema: string): string {
  return `${schema}_queue`
}

/** Roles are of a whole server: those of a store are named after its schema. */
export function roleNames(schema: string): RoleNames {
  return { owner: `${schema}_owner`, worker: `${schema}_worker`, reader: `${schema}_reader` }
}
