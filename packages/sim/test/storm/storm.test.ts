/**
 * Storms against real servers: 15 s each, with everything that can go wrong, and one that must be lost.
 *
 * TALLYSTICK_STORM_SECONDS makes them longer.
 */
import { describeWith, ownPostgres, ownRedis } from "@tallystick/test-servers"
import type { OwnServer } from "@tallystick/test-servers"
import { randomUUID } from "node:crypto"
import { afterAll, describe, expect, test } from "vitest"

import type { StormReport } from "../../src/report/storm-model.ts"
import { keepStorm } from "../../src/storm/keep.ts"
import { findPlace } from "../../src/storm/places/find.ts"
import { reportOf } from "../../src/storm/report.ts"
import { faultKinds } from "../../src/storm/run/faults.ts"
import type { FaultKind } from "../../src/storm/run/faults.ts"
import { whenReady } from "../../src/storm/run/server.ts"
import { CALL_TIMEOUT_MS, runStorm } from "../../src/storm/run/storm.ts"

const SECONDS = Number(process.env["TALLYSTICK_STORM_SECONDS"] ?? 15)
const SEED = 1

const stormAt = async (
  server: OwnServer,
  faults: ReadonlyArray<FaultKind> = faultKinds,
  seconds = SECONDS,
  mustFail = false
): Promise<StormReport> => {
  const place = await findPlace(server.url, randomUUID(), CALL_TIMEOUT_MS)
  const terms = { seconds, processes: 2, fibers: 8, seed: SEED }
  try {
    const { signal } = new AbortController()
    const record = await runStorm({ ...terms, place, faults, server, signal })
    const report = await reportOf(record, { ...terms, store: server.url })
    if (report.ok || mustFail) return report
    return { ...report, kept: await keepStorm({ record, terms: { ...terms, store: server.url } }) }
  } finally {
    await whenReady(place.remove)
  }
}

/** With where it can be looked at: it does not come again. */
const shown = ({ failures, kept }: StormReport): ReadonlyArray<string> =>
  failures.map(({ because }) => `${because} (tallystick storm --again ${kept})`)

const holds = (report: StormReport, never: ReadonlyArray<string> = []): void => {
  expect(shown(report)).toEqual([])
  expect(report.ok).toBe(true)
  // Something was asked, and everything went wrong that can.
  expect(report.commands).toBeGreaterThan(300)
  expect(report.unanswered).toBeGreaterThan(0)
  expect(report.auditChecks).toBeGreaterThan(300)
  const { cut = 0, answerLost = 0, silence = 0, ...others } = report.faults
  expect(cut + answerLost + silence).toBeGreaterThan(0)
  for (const [fault, count] of Object.entries(others)) if (count === 0) expect(never).toContain(fault)
}

// At once, since they mostly wait.
describe.concurrent(
  "a storm with kills and cuts, in which every server is killed, too",
  { timeout: 60_000 + 10_000 * SECONDS },
  async () => {
    // Each write is on the disk before it is acknowledged. With `everysec` an fsync that takes long holds back the writes behind it for up to two
    // seconds: a storm on a busy disk found acknowledged ones gone after a kill.
    const durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
    describeWith(await ownRedis({ args: durable }), "Redis with an AOF", (server) => {
      afterAll(server.stop)
      test("every answer fits, and the rows add up", async () => holds(await stormAt(server)))
    })

    describeWith(await ownPostgres(), "Postgres", (server) => {
      afterAll(server.stop)
      test("every answer fits, the rows add up, and the ledger", async () =>
        holds(await stormAt(server), ["scriptsFlushed"]))
    })

    describeWith(
      await ownRedis({ args: ["--save", "", "--appendonly", "no"] }),
      "Redis without persistence",
      (server) => {
        afterAll(server.stop)
        test("finds that acknowledged writes are gone, and says so", async () => {
          const report = await stormAt(server, ["server"], 9, true)
          expect(report.faults["serverKilled"]).toBeGreaterThan(0)
          expect(report.ok).toBe(false)
          expect(report.failures[0]?.kind).toBe("lost")
          expect(report.failures[0]?.because).toMatch(
            /the store forgot what it had acknowledged.*\d+ acknowledged changes of this account are gone/
          )
          // What was not lost is still right: nothing else is said.
          expect(report.failures.filter(({ kind }) => kind === "audit" || kind === "run")).toEqual([])
        })
      }
    )
  }
)
