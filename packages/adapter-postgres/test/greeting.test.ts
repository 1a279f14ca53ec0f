/**
 * A server that dies before its greeting, or with it in one packet: the call fails, the process lives.
 */
import { postgresStore } from "@tallystick/adapter-postgres"
import type { CallError } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import * as net from "node:net"
import { expect, test } from "vitest"

const message = (kind: string, body: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(4 + body.length)
  return Buffer.concat([Buffer.from(kind), length, body])
}

const authenticationOk = message("R", Buffer.alloc(4))
const readyForQuery = message("Z", Buffer.from("I"))
const fatal = (code: string): Buffer =>
  message("E", Buffer.from(`SFATAL\0VFATAL\0C${code}\0Mterminating connection\0\0`))

/** A server that says this to whoever comes, and hangs up: what is then told to a call of a store. */
const toldBy = async (...words: ReadonlyArray<Buffer>): Promise<CallError> => {
  const server = net.createServer((socket) => {
    socket.on("error", () => {})
    socket.once("data", () => socket.end(Buffer.concat(words)))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as net.AddressInfo
  const store = postgresStore({ url: `postgres://nobody@127.0.0.1:${port}/nothing`, callTimeoutMs: 2_000 })
  try {
    return await Effect.runPromise(Effect.flip(store.usage([{ account: "a", window: { kind: "none" }, limit: 1 }])))
  } finally {
    await Effect.runPromise(store.close)
    await new Promise((resolve) => server.close(resolve))
  }
}

test("what a dying server says while its connection is handed out ends no process", async () => {
  // An error that nobody hears would fail this run, whatever is expected here.
  const { _tag } = await toldBy(authenticationOk, readyForQuery, fatal("57P01"))
  expect(["NotApplied", "OutcomeUnknown"]).toContain(_tag)
})

// While a statement is under way the same codes leave open what was done.
test.for(["57P01", "57P02", "57P04", "08P01"])(
  "a server that says %s instead of its greeting was asked nothing",
  async (code) => {
    for (const words of [[fatal(code)], [authenticationOk, fatal(code)]])
      expect(await toldBy(...words)).toMatchObject({
        _tag: "NotApplied",
        reason: expect.stringContaining("no connection to Postgres: terminating connection")
      })
  }
)
