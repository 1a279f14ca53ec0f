/**
 * A server between a client and a store that loses what it is told to lose, request by request.
 */
import * as net from "node:net"

import { Connection } from "./connection.ts"
import type { Action, Decide } from "./connection.ts"
import type { Protocol } from "./pieces.ts"
import { postgres } from "./postgres.ts"
import { redis } from "./redis.ts"

const protocols: Readonly<Record<"redis" | "postgres", Protocol>> = { redis, postgres }

/**
 * A proxy on a free port of the loopback interface. `decide` is asked at each request, and may be replaced at any time.
 *
 * @example
 * await using proxy = await Proxy.before("redis://localhost:6379")
 * const store = redisStore({ url: proxy.url })
 * proxy.decide = ({ text }) => (/EVALSHA/i.test(text) ? "cut-answer" : "forward")
 */
export class Proxy implements AsyncDisposable {
  decide: Decide = () => "forward"
  /** Connections that were ever made, and requests that were ever sent. */
  connections = 0
  requests = 0
  readonly #url: URL
  readonly #server: net.Server
  readonly #open = new Set<Connection>()

  private constructor(url: URL) {
    this.#url = url
    this.#server = net.createServer((client) => this.#serve(client))
  }

  /** @param url of the store: `redis://…`, `rediss://…`, `postgres://…` or `postgresql://…` */
  static async before(url: string): Promise<Proxy> {
    const proxy = new Proxy(new URL(url))
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once("error", reject)
      proxy.#server.listen(0, "127.0.0.1", resolve)
    })
    return proxy
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port
  }

  /** The store's own URL, but by way of this proxy. */
  get url(): string {
    const url = new URL(this.#url)
    url.hostname = "127.0.0.1"
    url.port = String(this.port)
    return url.href
  }

  /** Breaks every connection that is open now. */
  cut(): void {
    for (const connection of this.#open) connection.break()
  }

  /** Nobody is let in any more, and nobody stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.cut()
    await closed
  }

  #serve(client: net.Socket): void {
    const number = ++this.connections
    const { hostname, port, protocol } = this.#url
    const isRedis = protocol.startsWith("redis")
    const server = net.connect(Number(port) || (isRedis ? 6_379 : 5_432), hostname.replaceAll(/^\[|\]$/g, ""))
    const decide = (text: () => string): Action | Promise<Action> => {
      const request = { number: ++this.requests, connection: number }
      return this.decide({
        ...request,
        get text() {
          return text()
        }
      })
    }
    const connection = new Connection(client, server, protocols[isRedis ? "redis" : "postgres"], decide)
    this.#open.add(connection)
    client.once("close", () => this.#open.delete(connection))
  }
}
