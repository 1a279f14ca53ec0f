/**
 * As much of a Redis client as an audit needs, so that nothing of the library stands between it and what is stored.
 */
import * as net from "node:net"
import * as tls from "node:tls"

import { redis } from "../proxy/redis.ts"

export type RedisReply = string | number | null | ReadonlyArray<RedisReply>

export interface RedisClient {
  /** All at once, in one write; rejects with the first error that the server tells. */
  readonly send: (commands: ReadonlyArray<ReadonlyArray<string>>) => Promise<ReadonlyArray<RedisReply>>
  readonly close: () => void
}

const TIMEOUT_MS = 10_000

/** @param url `redis://user:password@host:port/database`, or `rediss://` */
export const connectRedis = async (url: string): Promise<RedisClient> => {
  const { protocol, hostname, port, username, password, pathname } = new URL(url)
  const address = { host: hostname.replaceAll(/^\[|\]$/g, "") || "localhost", port: Number(port) || 6_379 }
  const socket = protocol === "rediss:" ? tls.connect({ ...address, servername: address.host }) : net.connect(address)
  const waiting: Array<{ readonly resolve: (reply: Buffer) => void; readonly reject: (error: Error) => void }> = []
  const fail = (error: Error): void => {
    socket.destroy()
    for (const { reject } of waiting.splice(0)) reject(error)
  }
  const answers = redis.answers()
  socket.setTimeout(TIMEOUT_MS, () => fail(new Error(`Redis at ${address.host}:${address.port} does not answer`)))
  socket.on("error", fail)
  socket.on("close", () => fail(new Error("Redis closed the connection")))
  socket.on("data", (chunk: Buffer) => {
    for (const { bytes } of answers.feed(chunk)) waiting.shift()?.resolve(bytes)
  })
  const send: RedisClient["send"] = async (commands) => {
    const replies = commands.map(() => new Promise<Buffer>((resolve, reject) => void waiting.push({ resolve, reject })))
    socket.write(commands.map(encoded).join(""))
    return (await Promise.all(replies)).map((bytes) => decoded(bytes, { at: 0 }))
  }
  const given = (text: string): string => decodeURIComponent(text)
  const login = password === "" ? [] : [["AUTH", ...(username === "" ? [] : [given(username)]), given(password)]]
  const database = pathname.length > 1 ? [["SELECT", pathname.slice(1)]] : []
  await send([...login, ...database, ["PING"]])
  return { send, close: () => socket.destroy() }
}

const encoded = (command: ReadonlyArray<string>): string =>
  `*${command.length}\r\n${command.map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`).join("")}`

/** A whole answer of RESP 2, from a position that it moves on. */
const decoded = (bytes: Buffer, position: { at: number }): RedisReply => {
  const end = bytes.indexOf("\r\n", position.at)
  const type = String.fromCharCode(bytes[position.at]!)
  const line = bytes.toString("utf8", position.at + 1, end)
  position.at = end + 2
  switch (type) {
    case "-":
      throw new Error(line)
    case ":":
      return Number(line)
    case "$": {
      if (line === "-1") return null
      const text = bytes.toString("utf8", position.at, position.at + Number(line))
      position.at += Number(line) + 2
      return text
    }
    case "*":
      return line === "-1" ? null : Array.from({ length: Number(line) }, () => decoded(bytes, position))
    default:
      return line
  }
}
