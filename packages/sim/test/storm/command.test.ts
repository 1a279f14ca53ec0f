/**
 * The command as a user runs it, and what is left when it ends: also when it is interrupted.
 */
import { describeWith, postgresServer, redisServer } from "@tallystick/test-servers"
import { execFileSync } from "node:child_process"
import { randomUUID } from "node:crypto"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import * as net from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"

import { connectRedis } from "../../src/storm/places/redis-client.ts"
import { keysOf } from "../../src/storm/places/redis-audit.ts"
import { tallystick } from "../cli/spawn.ts"

/** Processes that were started with this in their environment, by any number of steps. */
const processesWith = (mark: string): ReadonlyArray<string> =>
  readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      return readFileSync(`/proc/${name}/environ`, "utf8").includes(mark)
    } catch {
      return false
    }
  })

const keysIn = async (url: string): Promise<ReadonlyArray<string>> => {
  const client = await connectRedis(url)
  try {
    return await keysOf(client, "tallystick-storm:")
  } finally {
    client.close()
  }
}

const small = ["--seconds", "2", "--processes", "2", "--fibers", "4"]

test("over memory, as JSON", async () => {
  const { status, out } = await tallystick(["storm", ...small, "--json"])
  expect(status).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ command: "storm", ok: true, store: "memory", seconds: 2, failures: [] })
})

test.for([
  [["--store", "redis://127.0.0.1:1"], "no store"],
  [["--store", "./nowhere.ts"], "there is no file"],
  [["--server", "redis-server", "--store", "memory"], "--server needs --store"],
  [["--faults", "rain"], "--faults must be"]
] as const)("%o is refused in a line", async ([argv, text]) => {
  const { status, err } = await tallystick(["storm", ...small, ...argv])
  expect(status).toBe(2)
  expect(err).toContain(text)
})

describeWith(await redisServer(), "on a user's Redis", ({ url }) => {
  test("it ends with nothing left of it", async () => {
    const mark = `TALLYSTICK_STORM_MARK=${randomUUID()}`
    const [name = "", value = ""] = mark.split("=")
    const { status, out } = await tallystick(["storm", ...small, "--store", url], { env: { [name]: value } })
    expect(out).toContain("storm: every answer fits one order, and the rows add up")
    expect(status).toBe(0)
    expect(await keysIn(url)).toEqual([])
    expect(processesWith(mark)).toEqual([])
  })

  for (const signal of ["SIGINT", "SIGTERM"] as const)
    test(`${signal}: the same`, async () => {
      const mark = `TALLYSTICK_STORM_MARK=${randomUUID()}`
      const [name = "", value = ""] = mark.split("=")
      let running = 0
      const { status, err } = await tallystick(["storm", "--seconds", "60", "--processes", "3", "--store", url], {
        env: { [name]: value },
        onError: (text, kill) => {
          if (!text.includes("storm  storm") || running > 0) return
          running = processesWith(mark).length
          kill(signal)
        }
      })
      // The program itself and its three processes, but for one that may just be killed.
      expect(running).toBeGreaterThanOrEqual(3)
      expect(status).toBe(signal === "SIGINT" ? 130 : 143)
      expect(err).toContain("stopped before the end")
      expect(await keysIn(url)).toEqual([])
      expect(processesWith(mark)).toEqual([])
    })
})

describeWith(await postgresServer(), "on a user's Postgres", ({ url }) => {
  test("it ends with nothing left of it", async () => {
    const { status, out } = await tallystick(["storm", ...small, "--store", url, "--json"])
    expect([status, JSON.parse(out)]).toMatchObject([0, { ok: true, failures: [] }])
    const left = await tallystick(["storm", ...small, "--store", `${url}-that-is-not-there`])
    expect(left.status).toBe(2)
  })
})

const hasRedis = ((): boolean => {
  try {
    execFileSync("redis-server", ["--version"])
    return true
  } catch {
    return false
  }
})()

describe.skipIf(!hasRedis)("a Redis as most people run it", () => {
  test("--server: it is started and killed, and what it lost is said", { timeout: 90_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "tallystick-storm-test-"))
    const port = await freePort()
    const command = `redis-server --port ${port} --save '' --dir ${folder}`
    const argv = ["--seconds", "9", "--processes", "2", "--faults", "server", "--server", command]
    const { status, out } = await tallystick(["storm", ...argv, "--store", `redis://127.0.0.1:${port}`])
    rmSync(folder, { recursive: true })
    const [, kept = ""] = /storm --again (.*)$/m.exec(out) ?? []
    expect(existsSync(kept)).toBe(true)
    rmSync(kept)
    expect(out).toContain("the store LOST writes that it had acknowledged")
    expect(out).toContain("docs/storm.md says which settings of a server keep what it has acknowledged")
    expect(status).toBe(1)
    expect(existsSync(folder)).toBe(false)
    await expect(connectRedis(`redis://127.0.0.1:${port}`)).rejects.toThrow()
  })
})

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = net.createServer()
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })
