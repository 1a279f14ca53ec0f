/** As much of Redis's protocol as it takes to see that a server answers and to form a cluster. */
import * as net from "node:net"
import * as tls from "node:tls"

export interface Address {
  readonly host?: string
  readonly port: number
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly tls?: boolean
}

/** One command over a connection of its own. Rejects with the server's message where it answers with an error. */
export const redisCommand = (
  { host = "127.0.0.1", port, username, password, ...address }: Address,
  ...command: ReadonlyArray<string>
): Promise<string> =>
  new Promise((resolve, reject) => {
    const to = { host, port }
    const socket = address.tls ? tls.connect({ ...to, rejectUnauthorized: false }) : net.connect(to)
    const user = username ? [username] : []
    const commands = password === undefined ? [command] : [["AUTH", ...user, password], command]
    let text = ""
    socket.setTimeout(5000, () => socket.destroy(new Error(`port ${port} does not answer`)))
    socket.setEncoding("utf8")
    socket.on("data", (more: string) => {
      text += more
      const replies = simpleReplies(text)
      if (replies.length < commands.length) return
      socket.destroy()
      const error = replies.find((reply) => reply.startsWith("-"))
      if (error === undefined) resolve(replies.at(-1)!.replace(/^[+:]/, ""))
      else reject(new Error(error.slice(1)))
    })
    socket.on("error", reject)
    socket.on("close", () => reject(new Error(`port ${port} closed the connection`)))
    for (const words of commands) socket.write(encode(words))
  })

const encode = (words: ReadonlyArray<string>): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`

/** The complete replies at the front of a text: simple ones and bulk strings of ASCII; no arrays. */
const simpleReplies = (text: string): ReadonlyArray<string> => {
  const replies: Array<string> = []
  for (let at = 0; ;) {
    const end = text.indexOf("\r\n", at)
    if (end < 0) return replies
    const line = text.slice(at, end)
    at = end + 2
    if (!line.startsWith("$")) replies.push(line)
    else {
      const length = Number(line.slice(1))
      if (text.length < at + length + 2) return replies
      replies.push(text.slice(at, at + length))
      at += length + 2
    }
  }
}

/** `redis_version` or, of Valkey, its own. */
export const versionOf = async (address: Address): Promise<string> => {
  const info = await redisCommand(address, "INFO", "server")
  const valkey = /^valkey_version:(\S+)/m.exec(info)?.[1]
  return valkey === undefined ? (/^redis_version:(\S+)/m.exec(info)?.[1] ?? "?") : `valkey ${valkey}`
}
