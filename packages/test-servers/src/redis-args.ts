/** The parts of a Redis command line that the way to reach the server depends on. */
import { type Address, redisCommand, versionOf } from "./resp.ts"
import type { Running, StartOptions } from "./running.ts"

/** What every server is started with, before the arguments of the test, which may say otherwise. */
export const usual = ({ shared }: StartOptions, master: Running["inner"] | undefined): ReadonlyArray<string> => [
  "--repl-diskless-sync", // which waits 5 s for more replicas to come
  "no",
  ...(shared ? ["--save", "", "--appendonly", "no"] : []), // its data is of no worth after the run
  ...(master === undefined ? [] : ["--replicaof", master.host, String(master.port)])
]

/** The version, once the server answers; of a replica, once it follows its master. */
export const ready = async (address: Address, isReplica: boolean): Promise<string | undefined> => {
  await redisCommand(address, "PING")
  if (isReplica && !(await redisCommand(address, "INFO", "replication")).includes("master_link_status:up")) return
  return versionOf(address)
}

export const secretsOf = (args: ReadonlyArray<string>): { tls: boolean; password: string | undefined } => ({
  tls: args.includes("--tls-cert-file"),
  password: args.includes("--requirepass") ? args[args.indexOf("--requirepass") + 1] : undefined
})

export const redisUrl = ({ host = "127.0.0.1", port, password, tls }: Address): string => {
  const secret = password === undefined ? "" : `:${encodeURIComponent(password)}@`
  return `${tls ? "rediss" : "redis"}://${secret}${host}:${port}`
}
