/**
 * Clients that die or stop at every point of a turn.
 */
import { postgresStore, trialSchema, type TrialSchema } from "@tallystick/adapter-postgres"
import { Proxy } from "@tallystick/sim/proxy"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import { Client } from "pg"
import { fileURLToPath } from "node:url"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"

import { ask, charge, finalize, PATIENT_MS } from "../../sim/faults/cases.ts"
import {
  again,
  insuredSays,
  insuredThroughOutage,
  type KilledOptions,
  killAt,
  points,
  sums,
  turnCalls,
  until
} from "../../sim/faults/killed-client.ts"
import { Victim } from "../../sim/faults/victim.ts"

const place = await schemaName()
const inTransaction = fileURLToPath(new URL("support/transaction-process.ts", import.meta.url))

describeWith(await postgresServer(), "clients that die", ({ url }) => {
  let proxy: Proxy
  let trial: TrialSchema
  const options = (): KilledOptions => ({
    proxy,
    direct: postgresStore({ pool: trial.pool, schema: place, callTimeoutMs: PATIENT_MS }),
    place
  })
  beforeAll(async () => {
    trial = await trialSchema(url, place)
    proxy = await Proxy.before(url)
  })
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]()
    await trial.remove()
  })

  for (const point of points)
    test(`killed at its ${point.call}, ${point.when}: one effect or none, and the same again makes one`, async () => {
      const account = `killed ${point.index} ${point.when}`
      const calls = point.when === "before it arrives" ? point.index : point.index + 1
      expect(await killAt(options(), point, account)).toEqual(calls === 0 ? [0, 0] : turnCalls[calls - 1]!.after)
      expect(await again(options().direct, account)).toBe(calls === turnCalls.length ? "conflict" : "finalized")
      expect(await sums(options().direct, account)).toEqual([7, 0])
    })

  test("insured while nothing reaches the store, and killed: the next process debits what it used, once", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tallystick-insured-"))
    expect(await insuredThroughOutage(options(), "insured", folder)).toEqual(insuredSays)
    await rm(folder, { recursive: true })
  })

  test("killed while it holds: what it had measured is charged at the deadline, and the rest is free again", async () => {
    await using victim = new Victim([url, place, "hold", "dead holder", "request", "1000"])
    await victim.says("granted")
    await victim.kill()
    const { direct } = options()
    expect(await sums(direct, "dead holder")).toEqual([0, 11])
    await until(async () => (await sums(direct, "dead holder"))[1] === 0)
    expect(await sums(direct, "dead holder")).toEqual([3, 0])
  })

  test("stopped while it holds: it blocks nobody, its hold ends at the deadline, and its end is counted late, once", async () => {
    await using victim = new Victim([url, place, "hold", "stopped holder", "request", "1000"])
    await victim.says("granted")
    victim.stop()
    const { direct } = options()
    expect((await ask(direct, charge("other", "stopped holder", 1)))._tag).toBe("Charged")
    await until(async () => (await sums(direct, "stopped holder"))[1] === 0)
    expect(await sums(direct, "stopped holder")).toEqual([4, 0])
    for (let time = 0; time < 2; time++)
      expect(await ask(direct, finalize("request", "stopped holder", 9))).toMatchObject({ legs: [{ late: true }] })
    expect(await sums(direct, "stopped holder")).toEqual([10, 0])
  })

  /** Somebody who waits for a row's lock. */
  const isWaiting = async (): Promise<boolean> => {
    const { rowCount } = await trial.pool.query(
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1",
      [`%${place}%`]
    )
    return rowCount === 1
  }

  test("killed while its request waits in the server: it may still be done, and the same again makes one effect", async () => {
    const { direct } = options()
    await ask(direct, charge("first", "waiting", 0))
    const holder = new Client({ connectionString: url })
    await holder.connect()
    await holder.query("BEGIN")
    await holder.query(`SELECT 1 FROM ${place}.account WHERE account = 'waiting' FOR UPDATE`)
    await using victim = new Victim([url, place, "charge", "waiting", "request"])
    await until(isWaiting)
    await victim.kill()
    await holder.end()
    // The server does not know that nobody listens any more: it does what it was asked.
    await until(async () => (await sums(direct, "waiting"))[0] === 5)
    for (let time = 0; time < 2; time++)
      expect(await ask(direct, charge("request", "waiting", 5))).toMatchObject({ _tag: "Charged", replayed: true })
    expect(await sums(direct, "waiting")).toEqual([5, 0])
  })

  test("stopped while it holds a row, in a transaction of its own: others are told so in time, and no other account is touched", async () => {
    await using victim = new Victim([url, place, "locked", "request"], inTransaction)
    await victim.says("holding")
    victim.stop()
    const hurried = postgresStore({ pool: trial.pool, schema: place, callTimeoutMs: 300 })
    expect(await ask(hurried, charge("other", "locked", 1))).toMatchObject({
      _tag: "NotApplied",
      message: expect.stringContaining("locked by others")
    })
    expect((await ask(hurried, charge("other", "free", 1)))._tag).toBe("Charged")
    // What was not committed never happened.
    await victim.kill()
    const { direct } = options()
    expect(await ask(direct, charge("other", "locked", 1))).toMatchObject({ _tag: "Charged", replayed: false })
    expect(await sums(direct, "locked")).toEqual([1, 0])
  })
})
