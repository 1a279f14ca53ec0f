/** Postgres in a container. */
import { containerFolder, orRemove, type Run } from "./container.ts"
import { postgresUrl, settings } from "./postgres-binary.ts"
import type { Running, StartOptions } from "./running.ts"
import { postgresVersion } from "./startup.ts"
import { until } from "./wait.ts"

const inside = 5432

export const postgresByDocker = async (
  run: Run,
  image: string,
  port: number,
  options: StartOptions
): Promise<Running> => {
  const args = (options.args ?? []).map((arg) => arg.replaceAll("{dir}", containerFolder))
  const container = await run({
    image,
    command: ["postgres", ...settings(options), ...args],
    env: {
      POSTGRES_PASSWORD: "postgres",
      POSTGRES_HOST_AUTH_METHOD: "trust",
      POSTGRES_INITDB_ARGS: "--no-sync --encoding=UTF8 --locale=C"
    },
    ports: [{ container: inside, host: port }],
    files: options.files
  })
  const at = { host: container.host, port, user: "postgres", database: "postgres" }
  const answers = () => until(`docker ${image}`, () => postgresVersion(at))
  const version = await orRemove(container, answers)
  return {
    url: postgresUrl(port, container.host),
    from: `docker ${image}`,
    version,
    port,
    inner: { host: container.ip, port: inside },
    kill: container.kill,
    start: async () => {
      await container.revive()
      await answers()
    },
    stop: container.stop
  }
}
