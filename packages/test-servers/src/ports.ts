/** Free ports of the loopback interface. */
import * as net from "node:net"

const taken = new Set<number>()

/** A port that nobody listens on now, and that this process has given to no other server. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = await new Promise<number>((resolve, reject) => {
      const server = net.createServer()
      server.on("error", reject)
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as net.AddressInfo
        server.close(() => resolve(port))
      })
    })
    if (taken.has(port)) continue
    taken.add(port)
    return port
  }
}
