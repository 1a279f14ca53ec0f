/**
 * Deadlines of calls over real sockets, also of a process that stood still.
 */
import { afterReplies, DeadlineError, withDeadline } from "@tallystick/core/deadline"
import { once } from "node:events"
import { connect } from "node:net"
import { Worker } from "node:worker_threads"
import { expect, test } from "vitest"

const AFTER_MS = 50

/** In a thread of its own, so that it answers while this one stands still; it counts its answers in shared memory. */
const echo = async () => {
  const answers = new Int32Array(new SharedArrayBuffer(4))
  const program = `
    const { parentPort, workerData } = require("node:worker_threads")
    const server = require("node:net").createServer((socket) => {
      socket.on("error", () => {})
      socket.on("data", (text) => text.includes("answer") && socket.write("answered", () => {
        Atomics.add(workerData, 0, 1)
        Atomics.notify(workerData, 0)
      }))
    })
    server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port))`
  const thread = new Worker(program, { eval: true, workerData: answers })
  const [port] = (await once(thread, "message")) as [number]
  const socket = connect(port, "127.0.0.1")
  await once(socket, "connect")
  return {
    ask: (text: string) =>
      // As pg's pool: at the deadline the connection is given up.
      withDeadline(AFTER_MS, new AbortController().signal, async ({ signal }) => {
        const answer = once(socket, "data", { signal })
        socket.write(text)
        return String((await answer)[0])
      }),
    /** Nothing of this thread goes on until the other one has answered, and the deadline is past. */
    standStill: () => {
      Atomics.wait(answers, 0, 0)
      standStill(2 * AFTER_MS)
    },
    [Symbol.asyncDispose]: async () => {
      socket.destroy()
      await thread.terminate()
    }
  }
}

const standStill = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

test("a process that stood still beyond a deadline reads the answer that came meanwhile", async () => {
  await using server = await echo()
  const call = server.ask("answer")
  server.standStill()
  await expect(call).resolves.toBe("answered")
})

test("a call that nobody answers ends by its deadline, also in a process that stood still", async () => {
  await using server = await echo()
  const call = server.ask("say nothing")
  const deaf = withDeadline(AFTER_MS, new AbortController().signal, () => new Promise(() => {}))
  standStill(2 * AFTER_MS)
  await expect(call).rejects.toThrow("The operation was aborted")
  await expect(deaf).rejects.toBeInstanceOf(DeadlineError)
})

test("what is taken back is not done", async () => {
  const done: Array<string> = []
  afterReplies(() => done.push("first"))()
  await new Promise<void>((resolve) => afterReplies(() => resolve(void done.push("second"))))
  expect(done).toEqual(["second"])
})
