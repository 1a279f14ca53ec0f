/**
 * A server that greets and dies in one packet: the call fails, the process lives.
 */
import { postgresStore } from "@tallystick/adapter-postgres"
import * as Effect from "effect/Effect"
import * as net from "node:net"
import { expect, test } from "vitest"

const message = (kind: string, body: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(4 + body.length)
  return Buffer.concat([Buffer.from(kind), length, body])
}

/** AuthenticationOk, ReadyForQuery, and FATAL 57P01. */
const lastWords = Buffer.concat([
  message("R", Buffer.alloc(4)),
  message("Z", Buffer.from("I")),
  message("E", Buffer.from("SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0"))
])

test("what a dying server says while its connection is handed out ends no process", async () => {
  const server = net.createServer((socket) => {
    socket.on("error", () => {})
    socket.once("data", () => socket.end(lastWords))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as net.AddressInfo
  const store = postgresStore({ url: `postgres://nobody@127.0.0.1:${port}/nothing`, callTimeoutMs: 2_000 })
  try {
    // An error that nobody hears would fail this run, whatever is expected here.
    const failed = await Effect.runPromise(
      Effect.flip(store.usage([{ account: "a", window: { kind: "none" }, limit: 1 }]))
    )
    expect(["NotApplied", "OutcomeUnknown"]).toContain(failed._tag)
  } finally {
    await Effect.runPromise(store.close)
    await new Promise((resolve) => server.close(resolve))
  }
})
