/** Redis in a container; a cluster is one container with three servers. */
import { formCluster } from "./cluster.ts"
import { containerFolder, orRemove, type Run } from "./container.ts"
import { ready, redisUrl, secretsOf, usual } from "./redis-args.ts"
import type { Running, StartOptions } from "./running.ts"
import { until } from "./wait.ts"

const inside = 6379
const open = ["--bind", "0.0.0.0", "--protected-mode", "no"] // the engine decides who reaches the published port

export const redisByDocker = async (run: Run, image: string, port: number, options: StartOptions): Promise<Running> => {
  const args = (options.args ?? []).map((arg) => arg.replaceAll("{dir}", containerFolder))
  const { tls, password } = secretsOf(args)
  const master = options.master?.inner
  const listen = tls ? ["--port", "0", "--tls-port", `${inside}`] : ["--port", `${inside}`]
  const container = await run({
    image,
    command: ["redis-server", ...listen, ...open, ...usual(options, master), ...args],
    ports: [{ container: inside, host: port }],
    files: options.files
  })
  const address = { host: container.host, port, password, tls }
  const answers = () => until(`docker ${image}`, () => ready(address, master !== undefined))
  const version = await orRemove(container, answers)
  return {
    url: redisUrl(address),
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

/** The ports are the same inside and outside, since the servers tell their clients where the others are. */
export const clusterByDocker = async (run: Run, image: string, ports: ReadonlyArray<number>): Promise<Running> => {
  const nodes = ports.map((port, i) => ({ port, bus: inside + 1 + i })) // the default bus, port + 10000, may be no port
  const servers = nodes.map(({ port, bus }) =>
    [
      `mkdir -p /tmp/${port} && redis-server --dir /tmp/${port} --port ${port} --cluster-port ${bus} ${open.join(" ")}`,
      `--save "" --appendonly no --cluster-enabled yes --cluster-announce-ip 127.0.0.1 &`
    ].join(" ")
  )
  const container = await run({
    image,
    command: ["sh", "-c", `${servers.join(" ")} wait`],
    ports: ports.map((port) => ({ container: port, host: port }))
  })
  const { host } = container
  const addresses = ports.map((port) => ({ host, port }))
  const answers = () => Promise.all(addresses.map((to) => until(`docker ${image}`, () => ready(to, false))))
  const version = await orRemove(container, async () => {
    const [version] = await answers()
    await formCluster(nodes.map((node) => ({ host, ...node })))
    return version ?? "?"
  })
  const urls = addresses.map(redisUrl)
  return {
    url: urls[0] ?? "",
    urls,
    from: `docker ${image}`,
    version,
    port: ports[0] ?? 0,
    inner: { host: container.ip, port: ports[0] ?? 0 },
    kill: container.kill,
    start: async () => {
      await container.revive()
      await answers()
    },
    stop: container.stop
  }
}
