/** Variables that let a process into a store, a page or a bucket: what swath reads, and what the AWS client reads for it. */
const credential =
  /^(SWATH_(STORE|TOKEN|READER|MODELS_STORE|\w*PASSWORD)|PGPASSWORD|PGPASSFILE|AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN|WEB_IDENTITY_TOKEN_FILE|CONTAINER_\w+))$/

/** What a sweep file's `env` gives its programs: by name a value, or null to pass on the variable of the host. */
export type GrantedVariables = Readonly<Record<string, string | null>>

/** Returns an environment without swath's own credentials, for any process that is not swath. */
export function withoutCredentials(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !credential.test(name)))
}

/** Returns the environment of a sweep's programs: without swath's credentials, but with what the sweep file grants. */
export function programEnvironment(granted: GrantedVariables, inherited: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given = Object.entries(granted).flatMap(([name, value]) => {
    const passed = value ?? inherited[name]
    return passed === undefined ? [] : [[name, passed] as const]
  })
  return { ...withoutCredentials(inherited), ...Object.fromEntries(given) }
}
