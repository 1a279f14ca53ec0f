/**
 * A relay before a server that passes on all that either says, but not that the server has hung up: on a busy machine that comes later than its last words.
 */
import * as net from "node:net"

export const relayThatHidesEnds = async (url: string) => {
  const to = new URL(url)
  const sockets = new Set<net.Socket>()
  const relay = net.createServer((client) => {
    const server = net.connect({ host: to.hostname, port: Number(to.port), allowHalfOpen: true })
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on("error", () => {})
    }
    client.on("data", (data) => server.write(data))
    server.on("data", (data) => client.write(data))
    client.on("close", () => server.destroy())
  })
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve))
  const by = new URL(url)
  by.hostname = "127.0.0.1"
  by.port = String((relay.address() as net.AddressInfo).port)
  return {
    url: by.href,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => relay.close(resolve))
    }
  }
}
