/**
 * A server between a client and Redis that loses what it is told to lose.
 */
import * as net from "node:net"

/**
 * `pass`: all goes through. `swallow`: nothing goes anywhere. `lose`: a script is forwarded, its answer is not. `cut`: the connection breaks
 * before a script is forwarded.
 */
export type Mode = "pass" | "swallow" | "lose" | "cut"

export class Proxy implements AsyncDisposable {
  mode: Mode = "pass"
  /** After an answer was lost: the connection breaks, or nothing happens. */
  breaks = true
  /** Connections that were ever made. */
  connections = 0
  readonly #sockets = new Set<net.Socket>()
  readonly #server: net.Server

  private constructor(target: number) {
    this.#server = net.createServer((client) => this.#serve(client, target))
  }

  static async before(target: number): Promise<Proxy> {
    const proxy = new Proxy(target)
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve))
    return proxy
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(client: net.Socket, target: number): void {
    this.connections++
    const server = net.connect(target, "127.0.0.1")
    let isLosing = false
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on("error", () => {})
      socket.on("close", () => {
        this.#sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    client.on("data", (chunk) => {
      const isScript = /EVAL/i.test(chunk.toString("latin1"))
      if (this.mode === "swallow") return
      if (isScript && this.mode === "cut") return void client.destroy()
      if (isScript) isLosing = this.mode === "lose"
      server.write(chunk)
    })
    server.on("data", (chunk) => {
      if (isLosing && this.breaks) client.destroy()
      else if (!isLosing && this.mode !== "swallow") client.write(chunk)
    })
  }
}
