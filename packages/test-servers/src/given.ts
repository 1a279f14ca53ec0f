/** A server that an environment variable names; this run neither started it nor ends it. */
import type { Kind, Way } from "./choice.ts"
import { redisCommand, versionOf } from "./resp.ts"
import type { Running } from "./running.ts"
import { postgresVersion } from "./startup.ts"

const nothing = async (): Promise<void> => {}

export const given = async (kind: Kind, { url, variable }: Extract<Way, { way: "url" }>): Promise<Running> => {
  const { hostname, port, username, password, pathname, protocol } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, "") || "127.0.0.1"
  const at = { host, port: Number(port) || (kind === "redis" ? 6379 : 5432) }
  const version = kind === "redis" ? redis : postgres
  return {
    url,
    from: variable,
    version: await version(),
    port: at.port,
    inner: at,
    kill: nothing,
    start: nothing,
    stop: nothing
  }

  async function redis(): Promise<string> {
    const secret = password === "" ? undefined : decodeURIComponent(password)
    const address = { ...at, username: decodeURIComponent(username), password: secret, tls: protocol === "rediss:" }
    await redisCommand(address, "PING")
    return versionOf(address)
  }
  async function postgres(): Promise<string> {
    const user = decodeURIComponent(username) || "postgres"
    return postgresVersion({ ...at, user, database: decodeURIComponent(pathname.slice(1)) || user })
  }
}
