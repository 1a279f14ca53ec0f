/** What passes between a test file and the coordinator that starts the servers. */

export interface Server {
  /** `redis://127.0.0.1:6379`, `postgres://postgres:postgres@127.0.0.1:5432/postgres` */
  readonly url: string
  /** `docker redis:7`, `binary /usr/bin/redis-server` or the variable that named it */
  readonly from: string
  /** As the server says it: `7.0.15`; `?` where it was not asked. */
  readonly version: string
}

export interface Cluster extends Server {
  /** One for each of the three masters; `url` is the first. */
  readonly urls: ReadonlyArray<string>
}

export interface None {
  /** Why there is no such server. */
  readonly none: string
}

export interface OwnOptions {
  /** More of the command line: `["--maxmemory", "2mb"]`, `["-c", "max_connections=5"]`. `{dir}` is the server's folder. */
  readonly args?: ReadonlyArray<string>
  /** Files to put into the server's folder, by name: certificates, a configuration. */
  readonly files?: Readonly<Record<string, string>>
  /** Makes this Redis a replica of another one of this run's own servers. */
  readonly replicaOf?: { readonly id: number }
}

export interface Own extends Server {
  readonly id: number
  /** As the host sees it; stays over a restart. */
  readonly port: number
}

/** What the coordinator can be asked. */
export interface Requests {
  redisServer: { args: []; answer: Server | None }
  redisCluster: { args: []; answer: Cluster | None }
  postgresServer: { args: []; answer: Server | None }
  ownRedis: { args: [OwnOptions]; answer: Own | None }
  ownPostgres: { args: [OwnOptions]; answer: Own | None }
  kill: { args: [id: number]; answer: null }
  start: { args: [id: number]; answer: null }
  stop: { args: [id: number]; answer: null }
  prefix: { args: []; answer: string }
  skipped: { args: [suite: string, why: string]; answer: null }
}

export const isNone = (server: Server | None): server is None => "none" in server

/** The server, where a suite that runs only with servers knows that there is one; else throws why there is none. */
export const owned = <A extends Server>(server: A | None): A => {
  if (isNone(server)) throw new Error(server.none)
  return server
}
