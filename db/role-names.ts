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

/** Whether a user may assume a role: PostgreSQL 16 and newer can make members of a role who may not. */
export function mayAssume(userAndRole: string): string {
  const right = "case when current_setting('server_version_num')::integer < 160000 then 'MEMBER' else 'SET' end"
  return `pg_catalog.pg_has_role(${userAndRole}, ${right})`
}
