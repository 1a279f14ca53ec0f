/**
 * A server that a storm starts itself, to kill it: `--server COMMAND`.
 */
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import * as net from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

export interface Server {
  /** As `kill -9`. */
  readonly kill: () => Promise<void>
  /** After `kill`: the same command again. Resolves when somebody listens. */
  readonly start: () => Promise<void>
  /** For good. */
  readonly stop: () => Promise<void>
}

const START_WITHIN_MS = 20_000
const LOOK_EVERY_MS = 20

/**
 * Starts it, and waits until somebody listens where the store's URL leads.
 *
 * @throws Error if somebody listens there already, or nobody does in the end
 */
export const startServer = async (command: string, url: string): Promise<Server> => {
  const { hostname, port, protocol } = new URL(url)
  const address = {
    host: hostname.replaceAll(/^\[|\]$/g, "") || "localhost",
    port: Number(port) || (protocol.startsWith("redis") ? 6_379 : 5_432)
  }
  if (await isListening(address))
    throw new Error(`something listens at ${address.host}:${address.port} already: stop it, or leave --server out`)
  let running = launch(command)
  const start = async (): Promise<void> => {
    const until = performance.now() + START_WITHIN_MS
    while (!(await isListening(address))) {
      if (performance.now() > until)
        throw new Error(
          `${JSON.stringify(command)} does not listen at ${address.host}:${address.port}: ${running.said() || "it said nothing"}`
        )
      // One that found the remains of the one before it, and went away, is given another chance.
      if (running.hasEnded()) running = launch(command)
      await sleep(LOOK_EVERY_MS)
    }
  }
  try {
    await start()
  } catch (error) {
    await running.kill()
    throw error
  }
  return {
    start,
    kill: () => running.kill(),
    stop: () => running.kill()
  }
}

/** A server that listens may not be ready yet: what is done with it first is tried again. */
export const whenReady = async <A>(act: () => Promise<A>): Promise<A> => {
  const until = performance.now() + START_WITHIN_MS
  for (;;) {
    try {
      return await act()
    } catch (error) {
      if (performance.now() > until) throw error
      await sleep(LOOK_EVERY_MS)
    }
  }
}

const launch = (command: string) => {
  // `exec`, and a group of its own: what is killed is the server with all that it has started, not a shell before it.
  const child: ChildProcess = spawn("sh", ["-c", `exec ${command}`], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true
  })
  let said = ""
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-1_000)))
  let hasEnded = false
  const exit = new Promise<void>((resolve) => {
    child.on("error", () => resolve())
    child.on("exit", () => resolve())
  }).then(() => void (hasEnded = true))
  return {
    said: () => said.trim(),
    hasEnded: () => hasEnded,
    kill: async (): Promise<void> => {
      if (!hasEnded && child.pid !== undefined) process.kill(-child.pid, "SIGKILL")
      await exit
    }
  }
}

const isListening = (address: { readonly host: string; readonly port: number }): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(address)
    const end = (isOpen: boolean): void => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.on("connect", () => end(true))
    socket.on("error", () => end(false))
  })
