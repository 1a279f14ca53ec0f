/** As much of Postgres's protocol as it takes to see that a server takes connections. */
import * as net from "node:net"

export interface PostgresAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
}

/**
 * Opens a session and closes it; the server's version, or `?` where it wants a password first.
 * Rejects while the server starts up.
 */
export const postgresVersion = ({ host, port, user, database }: PostgresAddress): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = net.connect({ host, port })
    let bytes: Buffer = Buffer.alloc(0)
    let version = "?"
    socket.setTimeout(5000, () => socket.destroy(new Error(`port ${port} does not answer`)))
    socket.on("data", (more) => {
      bytes = Buffer.concat([bytes, more])
      while (bytes.length >= 5 && bytes.length >= 1 + bytes.readInt32BE(1)) {
        const length = 1 + bytes.readInt32BE(1)
        const kind = String.fromCharCode(bytes[0]!)
        const body = bytes.subarray(5, length)
        bytes = bytes.subarray(length)
        if (kind === "E") return void socket.destroy(new Error(body.toString("utf8").replaceAll("\0", " ")))
        const [key, value] = body.toString("utf8").split("\0")
        if (kind === "S" && key === "server_version") version = value!.split(" ")[0]!
        // ready, or a password is wanted: either way it is up
        if (kind === "Z" || (kind === "R" && body.readInt32BE(0) !== 0)) {
          socket.end(Buffer.from([0x58, 0, 0, 0, 4])) // Terminate
          resolve(version)
        }
      }
    })
    socket.on("error", reject)
    socket.on("close", () => reject(new Error(`port ${port} closed the connection`)))
    socket.write(startupMessage({ user, database }))
  })

const startupMessage = (parameters: Readonly<Record<string, string>>): Buffer => {
  const text = `${Object.entries(parameters).flat().join("\0")}\0\0`
  const message = Buffer.alloc(8 + Buffer.byteLength(text))
  message.writeInt32BE(message.length, 0)
  message.writeInt32BE(0x00030000, 4)
  message.write(text, 8)
  return message
}
