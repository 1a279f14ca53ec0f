/** The commands for operators, on real servers, while an app has open holds. */
import { createQuota, type Limit } from "@tallystick/core"
import { readFileSync } from "node:fs"
import { afterAll, assert, describe, it } from "vitest"

import { runProgram } from "../../src/cli/program.ts"
import type { Terminal } from "../../src/cli/terminal.ts"
import { type Operable, operables } from "./operate-servers.ts"
import { tallystick } from "./spawn.ts"

const daily: Limit = { account: "user:ada", unit: "tokens", limit: 10_000, window: "day" }
const streams: Limit = { account: "user:ada:streams", unit: "streams", limit: 2 }

const page = readFileSync(new URL("../../../../docs/operating.md", import.meta.url), "utf8")

/** A text without what differs from run to run: times, ages, revisions, and the widths that follow from them. */
const shape = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replaceAll(/\b\d{13}\b/g, "REVISION")
    .replaceAll(/\b[\d.]+ (?:s|min|h|d)\b/g, "AGE")
    .replaceAll(/ +/g, " ")
    .trim()

/** The program, in this process. */
const run = async (...argv: ReadonlyArray<string>) => {
  let out = ""
  let err = ""
  const output = (write: (text: string) => void) => ({ isTTY: false, columns: undefined, write })
  const terminal: Terminal = {
    out: output((text) => (out += text)),
    err: output((text) => (err += text)),
    env: {},
    nowMs: () => 0,
    signal: new AbortController().signal
  }
  return { status: await runProgram(argv, terminal), out, err }
}

const suite = (operable: Operable): void => {
  const { options, store, hasLedger } = operable
  const quota = createQuota({ store })
  const day = [...options, "--window", "day"]
  afterAll(async () => {
    await quota.close({ graceMs: 0 })
    await operable.remove()
  })

  const open = async (requestId: string) => {
    const turn = await quota.open({ requestId, limits: [daily, streams], estimate: { tokens: 400 }, ttlMs: 600_000 })
    if (!turn.granted) throw new Error(turn.message)
    return turn
  }
  const numbers = async () => {
    const [usage] = await quota.usage([daily])
    return [usage!.used, usage!.reserved, usage!.limit]
  }

  it("inspect: numbers, open holds with their age, last changes", async () => {
    const first = await open("one")
    await open("two")
    await first.finalize({ tokens: 123 })
    const { status, out } = await run("inspect", "user:ada", ...day)
    assert.strictEqual(status, 0)
    assert.match(out, /^user:ada \(day\), tokens\n/)
    assert.match(out, /limit +in the app's code/)
    assert.match(out, /used +123\n +held +400\n/)
    assert.match(out, /1 open hold\n.*\n +two +400 +- +actual +[\d.]+ s +(9\.\d|10) min/)
    if (hasLedger) assert.match(out, /the last 3 changes, the newest first\n.*\n.* finalized +one +\+123 +-400\n/)
    else assert.include(out, "this store keeps no ledger")
    if (hasLedger) assert.strictEqual(shape(out), shape(/^```\n(user:ada .*?)^```$/ms.exec(page)![1]!))
    const json = JSON.parse((await run("inspect", "user:ada", ...day, "--json")).out)
    assert.deepInclude(json.account, { used: 123, reserved: 400 })
    assert.strictEqual(json.holds[0].id, "two")
  })

  it("the commands of docs/operating.md", async () => {
    const [block] = /(?<=^```sh\n).*?(?=^```$)/ms.exec(page)!
    const lines = block.trim().split("\n")
    assert.isAtLeast(lines.length, 3)
    for (const line of lines) {
      const [, ...argv] = line.split(" --store ")[0]!.split(" ")
      const { status, err } = await run(...argv.map((word) => word.replace("user:ada", "user:of-the-page")), ...options)
      assert.deepEqual([status, err], [0, ""], line)
    }
  })

  it("inspect: says that another window is another account", async () => {
    const { out } = await run("inspect", "user:ada", ...options, "--window", "idle:30d")
    assert.include(out, "this store has never seen it: is the window right?")
  })

  it("set-limit and add-credit, once per id", async () => {
    const set = await run("set-limit", "user:ada", "5000", ...day)
    assert.deepEqual([set.status, /limit +5,000 \(stored\)/.test(set.out)], [0, true], set.err)
    const credit = ["add-credit", "user:ada", "700", "--id", "payment-1", ...day]
    assert.match((await run(...credit)).out, /5,700 \(stored\)[^]*done\n$/)
    assert.match((await run(...credit)).out, /5,700 \(stored\)[^]*done before with this id\n$/)
    const other = await run("add-credit", "user:ada", "800", "--id", "payment-1", ...day)
    assert.deepEqual([other.status, other.out], [1, ""])
    assert.include(other.err, "was used with other amounts")
    assert.strictEqual((await run("set-limit", "user:ada", "code", ...day)).status, 0)
    assert.deepEqual(await numbers(), [123, 400, 10_000])
    const refused = await run("add-credit", "user:ada", "1", "--id", "payment-2", ...day)
    assert.deepEqual([refused.status, refused.err.includes("no number is stored as its limit")], [1, true])
  })

  it("close and reopen", async () => {
    assert.match((await run("close", "user:ada", ...day)).out, /open +no: nothing is admitted/)
    assert.isFalse((await quota.open({ limits: [daily], estimate: { tokens: 1 } })).granted)
    assert.match((await run("reopen", "user:ada", ...day)).out, /open +yes/)
  })

  it("release: ends a request in all of its accounts, at what was measured", async () => {
    const { status, out } = await run("release", "two", ...options)
    assert.strictEqual(status, 0, out)
    assert.match(out, /user:ada \(day\): released, held 400, debited 0\n/)
    assert.match(out, /user:ada:streams \(none\): released, held 1, debited 0\n/)
    assert.deepEqual(await numbers(), [123, 0, 10_000])
    const none = await run("release", "nobody's", ...options)
    assert.deepEqual([none.status, none.err], [1, "tallystick: no account knows the request nobody's\n"])
  })

  it("repair: a sound account stays as it is", async () => {
    await open("three")
    const before = await numbers()
    const { status, out } = await run("repair", "user:ada", ...day, "--yes")
    assert.deepEqual([status, out.endsWith("nothing to repair\n")], [0, true], out)
    assert.deepEqual(await numbers(), before)
  })

  it("repair: an account whose sums contradict its holds shows what it would do, and does it with --yes", async () => {
    await operable.write("reserved", 7)
    const corrupt = await quota.finalize({ requestId: "three", limits: [daily, streams], used: { tokens: 50 } })
    assert.strictEqual(corrupt.problem?.kind, "undelivered")
    const shown = await run("repair", "user:ada", ...day)
    assert.strictEqual(shown.status, 1)
    assert.match(shown.out, /used +123 +123/)
    assert.match(shown.out, /held +7 +400 +the sum of its live holds \(1\)/)
    assert.match(shown.out, /nothing was changed: --yes does it\n$/)
    assert.deepEqual((await run("repair", "user:ada", ...day)).out, shown.out)
    const done = await run("repair", "user:ada", ...day, "--yes")
    assert.deepEqual([done.status, done.out.endsWith("repaired\n")], [0, true], done.out)
    assert.deepEqual(await numbers(), [123, 400, 10_000])
    await quota.replayJournal()
    assert.deepEqual(await numbers(), [173, 0, 10_000])
    assert.include((await run("repair", "user:ada", ...day)).out, "nothing to repair")
  })

  it("repair: makes the times of expiry anew", async () => {
    await open("four")
    await operable.dropDue()
    const shown = await run("repair", "user:ada", ...day)
    assert.match(shown.out, /expiries +differ/)
    assert.strictEqual((await run("repair", "user:ada", ...day, "--yes")).status, 0)
    await quota.release({ requestId: "four", limits: [daily, streams] })
    assert.deepEqual(await numbers(), [173, 0, 10_000])
  })

  it("repair: what it has used is told by the ledger, or by the operator", async () => {
    await operable.write("used", 5)
    if (hasLedger) {
      assert.match((await run("repair", "user:ada", ...day, "--yes")).out, /used +5 +173 +the sum of all changes/)
    } else {
      assert.match((await run("repair", "user:ada", ...day)).out, /used +5 +5 +as it is kept[^]*nothing to repair/)
      await operable.write("used", -5)
      const lost = await run("repair", "user:ada", ...day, "--yes")
      assert.match(lost.out, /cannot be repaired: what it has used is no amount, and Redis keeps no ledger: say it/)
      const said = await run("repair", "user:ada", ...day, "--used", "173", "--yes")
      assert.match(said.out, /used +no amount +173 +as you say/)
    }
    assert.deepEqual(await numbers(), [173, 0, 10_000])
  })

  it("repair: of an account that is not there", async () => {
    const { out, status } = await run("repair", "user:bob", ...options)
    assert.deepEqual([status, out], [1, "there is no such account\n"])
  })
}

for (const operable of await operables())
  describe(`operators of ${operable.name}`, { timeout: 60_000 }, () => suite(operable))

describe("a wrong call", () => {
  const calls: ReadonlyArray<readonly [argv: ReadonlyArray<string>, says: string]> = [
    [["inspect", "user:ada"], "--store must be given"],
    [["inspect", "--store", "redis://localhost"], "ACCOUNT is missing"],
    [["inspect", "a", "--store", "mysql://localhost"], "--store must be a URL that begins with"],
    [["inspect", "a", "--store", "redis://localhost", "--schema", "s"], "--schema is for Postgres"],
    [["inspect", "a", "--store", "postgres://localhost", "--prefix", "s"], "--prefix and --partition are for Redis"],
    [["inspect", "a", "--store", "redis://localhost", "--window", "year"], "--window must be none, day"],
    [["set-limit", "a", "ten", "--store", "redis://localhost"], "LIMIT must be an integer, was ten"],
    [["add-credit", "a", "10", "--store", "redis://localhost"], "--id must be given"],
    [["inspect", "a", "--store", "redis://127.0.0.1:1"], "no connection to Redis"]
  ]
  for (const [argv, says] of calls)
    it(`ends with status 2: tallystick ${argv.join(" ")}`, { timeout: 60_000 }, async () => {
      const { status, out, err } = await run(...argv)
      assert.deepEqual([status, out], [2, ""], err)
      assert.include(err, says)
    })

  it("also as a process", { timeout: 60_000 }, async () => {
    const { status, err } = await tallystick(["release", "r"])
    assert.deepEqual([status, err], [2, "tallystick: --store must be given: the URL of the app's Redis or Postgres\n"])
  })
})
