/**
 * What holds after every command of any sequence.
 */
import { accountKey } from "@tallystick/core/machine"
import type { AccountRow, Change, Command, DueRow } from "@tallystick/core/machine"
import * as fc from "fast-check"
import { expect, test } from "vitest"

import { given, writeTo } from "./given.ts"
import type { Rows, World } from "./given.ts"
import { callsOf, settingsArbitrary, stepsArbitrary } from "./random.ts"

const MAX = Number.MAX_SAFE_INTEGER

/** Runs random sequences and asks after each command. */
const always = (
  ask: (
    world: World,
    before: ReadonlyMap<string, AccountRow>,
    command: Command,
    answer: ReturnType<World["run"]>
  ) => void
): void => {
  fc.assert(
    fc.property(settingsArbitrary, stepsArbitrary(30), (settings, steps) => {
      const world = given({}, settings)
      for (const { nowMs, commands } of callsOf(steps)) {
        world.at(nowMs)
        for (const command of commands) {
          const before = new Map([...world.tables].map(([key, rows]) => [key, rows.account!]))
          ask(world, before, command, world.execute(command).answer)
        }
      }
    }),
    { numRuns: 150 }
  )
}

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

/** The due rows that the entries say, by tick and period, of deadlines that have not been settled. */
const dueOf = (rows: Rows): ReadonlyArray<DueRow> => {
  const found = new Map<string, DueRow>()
  for (const entry of rows.entries.values()) {
    // What is over has left the due rows, since every command settles it first.
    if (entry.state !== "held" || entry.deadlineMs <= rows.account!.lastMs) continue
    const key = `${entry.deadlineMs} ${entry.period}`
    const { count, amount, cost } = found.get(key) ?? { count: 0, amount: 0, cost: 0 }
    found.set(key, {
      tickMs: entry.deadlineMs,
      period: entry.period,
      count: count + 1,
      amount: amount + entry.held,
      cost: cost + entry.expiryCost
    })
  }
  return [...found.values()].toSorted((left, right) => left.tickMs - right.tickMs || left.period - right.period)
}

test("reserved is the sum of the live holds of the present period, and the due rows are those of all", () => {
  always((world, _, command) => {
    for (const leg of command.legs) {
      const rows = world.tables.get(accountKey(leg))
      if (rows === undefined || command.kind === "lookup" || world.changes.length === 0) continue
      const { account, due } = rows
      const isTouched = account!.lastMs - account!.leadMs === world.nowMs
      if (!isTouched) continue
      // What an account that was forgotten, but not collected, still has counts for nothing.
      if (world.read({ ...leg, unit: undefined }).revision === 0) continue
      const live = due.filter((row) => row.tickMs > account!.lastMs)
      expect(live).toEqual(dueOf(rows))
      expect(account!.reserved).toBe(sum(live.filter((row) => row.period === account!.period).map((row) => row.amount)))
    }
  })
}, 60_000)

test("used + reserved <= 2^53 - 1, nothing is below 0, nothing is Corrupt", () => {
  always((world, _before, _command, answer) => {
    expect(answer._tag).not.toBe("Corrupt")
    for (const { account } of world.tables.values()) {
      expect(account!.used).toBeGreaterThanOrEqual(0)
      expect(account!.reserved).toBeGreaterThanOrEqual(0)
      expect(account!.used).toBeLessThanOrEqual(MAX - account!.reserved)
    }
  })
}, 60_000)

test("an admission never passes the limit: used + reserved <= limit after every reserve and growth that was granted", () => {
  always((world, _before, _command, answer) => {
    const grew = world.changes.some(
      (change) => change.cause === "reserved" || (change.cause === "extended" && change.reservedDelta > 0)
    )
    if (!grew) return
    for (const [index, { limit, used, reserved }] of answer.accounts.entries()) {
      const added = world.changes.some((change) => change.leg === index && change.reservedDelta > 0)
      if (added && limit !== null) expect(used + reserved).toBeLessThanOrEqual(limit)
    }
  })
}, 60_000)

test("time and revision never go back, and a revision is one for each change", () => {
  always((world, before, command) => {
    for (const [index, leg] of command.legs.entries()) {
      const key = accountKey(leg)
      const after = world.tables.get(key)?.account
      const was = before.get(key)
      if (after === undefined || was === undefined) continue
      expect(after.lastMs).toBeGreaterThanOrEqual(was.lastMs)
      expect(after.revision).toBeGreaterThanOrEqual(was.revision)
      const own = world.changes.filter((change) => change.leg === index && change.cause !== "timed")
      if (!own.some((change) => change.isBirth)) expect(after.revision).toBe(was.revision + own.length)
    }
  })
}, 60_000)

test("what was refused, or is a replay, changes nothing but what time did", () => {
  const byTime = new Set<Change["cause"]>(["timed", "expired", "rolled"])
  always((world, _before, command, answer) => {
    const acts = world.changes.some((change) => !byTime.has(change.cause))
    if (command.kind === "lookup") expect(world.changes).toEqual([])
    if (
      answer._tag === "Denied" ||
      answer._tag === "Conflict" ||
      answer._tag === "Ended" ||
      answer._tag === "Undecidable"
    )
      expect(acts).toBe(false)
    if (answer._tag === "NotApplied" || answer._tag === "Found") expect(world.changes).toEqual([])
    if (answer.replayed && answer._tag !== "Finalized" && answer._tag !== "Released") expect(acts).toBe(false)
  })
}, 60_000)

test("an expiry never raises used + reserved", () => {
  always((world) => {
    for (const change of world.changes) {
      if (change.cause === "expired") expect(change.usedDelta + change.reservedDelta).toBeLessThanOrEqual(0)
    }
  })
}, 60_000)

test("the same command again, at once, changes nothing", () => {
  always((world, _before, command, answer) => {
    if (!answer.granted || command.kind === "lookup") return
    const numbers = answer.accounts
    const again = world.execute(command).answer
    expect(again).toMatchObject({
      _tag: answer._tag,
      granted: true,
      replayed: true,
      accounts: numbers,
      legs: answer.legs
    })
    expect(world.changes).toEqual([])
  })
}, 60_000)

test("the fold of the changes is the state; used and reserved are the sums of the ledger since the last roll or birth", () => {
  fc.assert(
    fc.property(settingsArbitrary, stepsArbitrary(30), (settings, steps) => {
      const world = given({}, settings)
      for (const { nowMs, commands } of callsOf(steps)) for (const command of commands) world.at(nowMs).execute(command)
      const folded = new Map<string, Rows>()
      const sums = new Map<string, { used: number; reserved: number }>()
      for (const [key, change] of world.ledger) {
        writeTo(folded, key, change)
        const { used, reserved } = change.isBirth
          ? { used: 0, reserved: 0 }
          : (sums.get(key) ?? { used: 0, reserved: 0 })
        sums.set(key, { used: used + change.usedDelta, reserved: reserved + change.reservedDelta })
      }
      expect(folded).toEqual(world.tables)
      for (const [key, { account }] of folded)
        expect(sums.get(key)).toEqual({ used: account!.used, reserved: account!.reserved })
    }),
    { numRuns: 150 }
  )
}, 60_000)
