/**
 * Transaction pooling, as PgBouncer does it: a client has a server connection only from its first message until the server says that no transaction is open;
 * the next statement may go to another one. Told to, it goes to another one each time.
 */
import * as net from "node:net"

/** Kind, length, body; the first message of a session has no kind. */
interface Message {
  readonly kind: string
  readonly bytes: Buffer
}

const reader = (isSession: boolean) => {
  let rest = Buffer.alloc(0)
  let isFirst = isSession
  return (chunk: Buffer): ReadonlyArray<Message> => {
    rest = Buffer.concat([rest, chunk])
    const messages: Array<Message> = []
    for (;;) {
      const at = isFirst ? 0 : 1
      if (rest.length < at + 4) return messages
      const end = at + rest.readInt32BE(at)
      if (rest.length < end) return messages
      messages.push({ kind: isFirst ? "" : String.fromCharCode(rest[0]!), bytes: rest.subarray(0, end) })
      rest = rest.subarray(end)
      isFirst = false
    }
  }
}

/** A server connection that has logged in. */
class Backend {
  onMessage: (message: Message) => void = () => {}
  /** What the server said when the session began: a client is told the same. */
  greeting = Buffer.alloc(0)
  readonly #socket: net.Socket

  constructor(socket: net.Socket) {
    this.#socket = socket
  }

  static async to(port: number, host: string, startup: Buffer): Promise<Backend> {
    const socket = net.connect({ port, host, noDelay: true })
    const backend = new Backend(socket)
    const read = reader(false)
    socket.on("error", () => {})
    socket.on("data", (chunk) => {
      for (const message of read(chunk)) backend.onMessage(message)
    })
    socket.write(startup)
    await new Promise<void>((resolve) => {
      backend.onMessage = ({ bytes, kind }) => {
        backend.greeting = Buffer.concat([backend.greeting, bytes])
        if (kind === "Z") resolve()
      }
    })
    return backend
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  end(): void {
    this.#socket.destroy()
  }
}

export class TransactionPooler implements AsyncDisposable {
  /** How many statements each server connection served. */
  readonly served: Array<number> = []
  /** Errors that servers sent. */
  errors = 0
  readonly #backends: Array<{ readonly backend: Backend; isFree: boolean }> = []
  readonly #clients = new Set<net.Socket>()
  readonly #server: net.Server
  #last = -1

  readonly #url: URL
  readonly #size: number

  private constructor(url: URL, size: number) {
    this.#url = url
    this.#size = size
    this.#server = net.createServer({ noDelay: true }, (client) => this.#serve(client))
  }

  static async before(url: string, size: number): Promise<TransactionPooler> {
    const pooler = new TransactionPooler(new URL(url), size)
    await new Promise<void>((resolve) => pooler.#server.listen(0, "127.0.0.1", resolve))
    return pooler
  }

  get clientUrl(): string {
    const url = new URL(this.#url)
    url.host = `127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`
    return url.href
  }

  /** Another one than the last, if one is free. */
  #take() {
    const order = this.#backends.map((_, at) => (this.#last + 1 + at) % this.#backends.length)
    const at = order.find((at) => this.#backends[at]!.isFree)
    if (at === undefined) throw new Error("no server connection is free: make the pooler larger")
    this.#last = at
    this.served[at] = (this.served[at] ?? 0) + 1
    this.#backends[at]!.isFree = false
    return this.#backends[at]!
  }

  #serve(client: net.Socket): void {
    this.#clients.add(client)
    client.on("error", () => {})
    let has: { readonly backend: Backend; isFree: boolean } | undefined
    let isGreeted = false
    const read = reader(true)
    const greet = async (startup: Buffer): Promise<void> => {
      while (this.#backends.length < this.#size)
        this.#backends.push({
          backend: await Backend.to(Number(this.#url.port), this.#url.hostname, startup),
          isFree: true
        })
      client.write(this.#backends[0]!.backend.greeting)
    }
    const forward = (bytes: Buffer): void => {
      has ??= this.#take()
      has.backend.onMessage = ({ bytes, kind }) => {
        client.write(bytes)
        if (kind === "E") this.errors++
        // ReadyForQuery, idle: no transaction is open.
        if (kind !== "Z" || bytes[5] !== "I".charCodeAt(0) || has === undefined) return
        has.isFree = true
        has = undefined
      }
      has.backend.send(bytes)
    }
    client.on("data", (chunk) => {
      for (const { bytes, kind } of read(chunk)) {
        if (!isGreeted) {
          isGreeted = true
          void greet(bytes)
        } else if (kind === "X") client.end()
        else forward(bytes)
      }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.destroy()
    for (const { backend } of this.#backends) backend.end()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
