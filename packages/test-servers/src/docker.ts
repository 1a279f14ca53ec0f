/** A Docker engine, by testcontainers, which node 20 cannot import: so it is imported only when it is asked for. */
import { containerFolder, type Run } from "./container.ts"
import { freePort } from "./ports.ts"
import { noteContainer } from "./reaper.ts"
import type { Source } from "./running.ts"
import { clusterByDocker, redisByDocker } from "./redis-docker.ts"
import { postgresByDocker } from "./postgres-docker.ts"

/** Rejects where no engine answers. */
export const dockerSource = async (env: NodeJS.ProcessEnv): Promise<Source> => {
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import("testcontainers")
  const client = await getContainerRuntimeClient()
  const run: Run = async ({ image, command, env, ports, files }) => {
    const content = Object.entries(files ?? {})
    const started = await new GenericContainer(image)
      .withCommand([...command])
      .withEnvironment(env ?? {})
      .withExposedPorts(...ports)
      .withSharedMemorySize(256 * 1024 * 1024) // the default, 64 MB, is little for Postgres's parallel queries
      .withCopyContentToContainer(
        content.map(([name, text]) => ({ content: text, target: `${containerFolder}/${name}` }))
      )
      .withWaitStrategy(Wait.forLogMessage(/./)) // who starts it asks the server itself
      .start()
    noteContainer(started.getId())
    const container = client.container.getById(started.getId())
    const [network = "bridge"] = started.getNetworkNames()
    const host = started.getHost()
    return {
      host: host === "localhost" ? "127.0.0.1" : host, // by name it may be tried as ::1 first, where nobody listens
      ip: started.getIpAddress(network),
      kill: async () => void (await container.kill({ signal: "SIGKILL" }).then(() => container.wait())),
      revive: async () => void (await container.start()),
      stop: async () => void (await container.remove({ force: true, v: true })),
      log: async () => (await container.logs({ stdout: true, stderr: true, tail: 8 })).toString("utf8")
    }
  }
  const redisImage = env["REDIS_IMAGE"] || "redis:7"
  const postgresImage = env["POSTGRES_IMAGE"] || "postgres:17"
  return {
    redis: async (options) => redisByDocker(run, redisImage, await freePort(), options),
    cluster: async () => clusterByDocker(run, redisImage, await Promise.all([freePort(), freePort(), freePort()])),
    postgres: async (options) => postgresByDocker(run, postgresImage, await freePort(), options)
  }
}
