/** The parts of a Redis command line that the way to reach the server depends on. */
import type { Address } from "./resp.ts"

/** For a server whose data is of no worth after the run. */
export const transient = ["--save", "", "--appendonly", "no"]

export const secretsOf = (args: ReadonlyArray<string>): { tls: boolean; password: string | undefined } => ({
  tls: args.includes("--tls-cert-file"),
  password: args.includes("--requirepass") ? args[args.indexOf("--requirepass") + 1] : undefined
})

export const redisUrl = ({ port, password, tls }: Address): string => {
  const secret = password === undefined ? "" : `:${encodeURIComponent(password)}@`
  return `${tls ? "rediss" : "redis"}://${secret}127.0.0.1:${port}`
}
