/**
 * A Redis of the runner's own: emptied before each program, and killed when a broken script does not end.
 */
import { Redis } from "ioredis"
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { setTimeout as sleep } from "node:timers/promises"

import { connectionOptions } from "../src/ioredis-driver.ts"

/** A command that is sent, with what it is sent with. */
export type Sent = ReadonlyArray<string | number>

/** A hundred times what a program takes. */
const TIMEOUT_MS = 5_000

export class Lane {
  client: Redis
  #url: string
  #server: ChildProcess | undefined
  #restart: Promise<void> | undefined

  private constructor({ url, server, client }: Served) {
    this.#url = url
    this.#server = server
    this.client = client
  }

  static async open(): Promise<Lane> {
    return new Lane(await serve())
  }

  /** A server that another one ends. It is emptied all the same. */
  static async at(url: string): Promise<Lane> {
    return new Lane({ url, server: undefined, client: await connect(url, () => true) })
  }

  /** All at once; errors stand among the replies. */
  async send(commands: ReadonlyArray<Sent>): Promise<ReadonlyArray<unknown>> {
    const pipeline = this.client.pipeline()
    for (const [name, ...rest] of commands) pipeline.call(String(name), ...rest.map(String))
    return this.within(async () => ((await pipeline.exec()) ?? []).map(([error, reply]) => error ?? reply))
  }

  /** Rejects when it takes too long, with a new server in place of the one that was busy with it. */
  async within<A>(act: () => Promise<A>, timeoutMs = TIMEOUT_MS): Promise<A> {
    const controller = new AbortController()
    let isLate = false
    const late = sleep(timeoutMs, undefined, { signal: controller.signal }).then(async () => {
      isLate = true
      await this.restart()
      throw new Error(`it had not ended after ${timeoutMs} ms`)
    })
    late.catch(() => {})
    try {
      return await Promise.race([act(), late])
    } catch (error) {
      // What was under way fails as soon as the old server ends; the new one must be there first.
      if (isLate) await late
      throw error
    } finally {
      controller.abort()
    }
  }

  async close(): Promise<void> {
    this.client.disconnect()
    if (this.#server !== undefined) await kill(this.#server)
  }

  /** Whether the server still serves: a broken script may end it. */
  get isUp(): boolean {
    return this.client.status === "ready"
  }

  /** One at a time: of two servers at once, one would be left behind. */
  restart(): Promise<void> {
    this.#restart ??= this.#startAnew().finally(() => {
      this.#restart = undefined
    })
    return this.#restart
  }

  async #startAnew(): Promise<void> {
    await this.close()
    if (this.#server === undefined) this.client = await connect(this.#url, () => true)
    else ({ url: this.#url, server: this.#server, client: this.client } = await serve())
  }
}

interface Served {
  readonly url: string
  readonly server: ChildProcess | undefined
  readonly client: Redis
}

const MOST_TRIES = 5

/** On a port of its own each time: while none of ours listens there, a connection of somebody else may take the one of before. */
const serve = async (): Promise<Served> => {
  for (let tries = 1; ; tries++) {
    const port = await freePort()
    const url = `redis://127.0.0.1:${port}`
    const server = spawnServer(port)
    try {
      return { url, server, client: await connect(url, () => isRunning(server)) }
    } catch (error) {
      await kill(server)
      if (tries === MOST_TRIES) throw error
    }
  }
}

const MOST_KIB = 1_500_000

const spawnServer = (port: number): ChildProcess => {
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
  // A loop that does not end may fill the machine's memory before its time is over.
  const limited = `ulimit -v ${MOST_KIB}; exec redis-server "$@"`
  const child = spawn("sh", ["-c", limited, "sh", ...args], { stdio: "ignore", cwd: tmpdir() })
  process.once("exit", () => child.kill("SIGKILL"))
  return child
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

const kill = async (child: ChildProcess): Promise<void> => {
  if (!isRunning(child)) return
  child.kill("SIGKILL")
  await once(child, "exit")
}

/** With a busy machine, a server that gives way to all else was not up after 5 s, and the whole run ended. */
const START_MS = 60_000

const connect = async (url: string, mayCome: () => boolean): Promise<Redis> => {
  for (let waitedMs = 0; ; waitedMs += 50) {
    const client = new Redis(url, { ...connectionOptions, lazyConnect: true, retryStrategy: () => null })
    client.on("error", () => {})
    try {
      await client.connect()
      return client
    } catch (error) {
      client.disconnect()
      if (waitedMs > START_MS || !mayCome()) throw error
      await sleep(50)
    }
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, "close")
  return port
}
