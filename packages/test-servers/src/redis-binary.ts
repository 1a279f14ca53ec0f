/** Redis or Valkey from a program on this machine. */
import * as fs from "node:fs"
import * as path from "node:path"
import { formCluster } from "./cluster.ts"
import { findProgram } from "./programs.ts"
import { freePort } from "./ports.ts"
import { newFolder, type Started, startProcess } from "./process.ts"
import { type Address, versionOf } from "./resp.ts"
import type { Running, StartOptions } from "./running.ts"
import { ready, redisUrl, secretsOf, usual } from "./redis-args.ts"
import { until } from "./wait.ts"

export const redisByBinary = async (options: StartOptions): Promise<Running> => {
  const program = findProgram(["redis-server", "valkey-server"])
  const folder = newFolder("redis")
  const port = await freePort()
  for (const [name, text] of Object.entries(options.files ?? {})) fs.writeFileSync(path.join(folder, name), text)
  const args = (options.args ?? []).map((arg) => arg.replaceAll("{dir}", folder))
  const { tls, password } = secretsOf(args)
  const listen = tls ? ["--port", "0", "--tls-port", String(port)] : ["--port", String(port)]
  const master = options.master?.inner
  const command = [...listen, "--bind", "127.0.0.1", "--dir", folder, ...usual(options, master), ...args]
  const address: Address = { port, password, tls }
  let child: Started
  const start = async (): Promise<void> => {
    child = startProcess(program, command, { folder })
    await until(program, async () => {
      child.check()
      return ready(address, master !== undefined)
    })
  }
  await start()
  return {
    url: redisUrl(address),
    from: `binary ${program}`,
    version: await versionOf(address),
    port,
    inner: { host: "127.0.0.1", port },
    kill: () => child.end("SIGKILL"),
    start,
    stop: async () => {
      await child.end("SIGKILL")
      fs.rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** Three masters, each a process. */
export const clusterByBinary = async (): Promise<Running> => {
  const node = async () => {
    const bus = await freePort() // the default, port + 10000, may be taken or no port at all
    const args = ["--cluster-enabled", "yes", "--cluster-port", String(bus), "--cluster-announce-ip", "127.0.0.1"]
    return { bus, ...(await redisByBinary({ shared: true, args })) }
  }
  const nodes = await Promise.all([node(), node(), node()])
  await formCluster(nodes)
  const all = async (act: (node: Running) => Promise<void>): Promise<void> => {
    await Promise.all(nodes.map(act))
  }
  return {
    ...nodes[0],
    urls: nodes.map((node) => node.url),
    kill: () => all((node) => node.kill()),
    start: () => all((node) => node.start()),
    stop: () => all((node) => node.stop())
  }
}
