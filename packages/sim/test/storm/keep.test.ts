/**
 * What a failing storm keeps of itself: judged again, it says the same.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"

import { keepStorm, readStorm } from "../../src/storm/keep.ts"
import { reportOf } from "../../src/storm/report.ts"
import type { StormRecord } from "../../src/storm/run/storm.ts"
import { noFaults } from "../../src/storm/run/faults.ts"
import { Random } from "../../src/replay/random.ts"
import { tallystick } from "../cli/spawn.ts"
import { damaged } from "./damage.ts"
import { record } from "./record.ts"

const folder = mkdtempSync(join(tmpdir(), "tallystick-keep-test-"))
const made: Array<string> = []
afterAll(() => [folder, ...made].forEach((path) => rmSync(path, { recursive: true })))

const terms = { store: "redis://ada:secret@localhost:6379", seed: 7, seconds: 2, processes: 2, fibers: 4 }

const kept = async (change: (record: StormRecord) => StormRecord): Promise<readonly [string, StormRecord]> => {
  const calls = await record({ seed: 7, clients: 8, calls: 120, lost: 0.06 })
  // As of a process that was killed: nothing is known of when its last call would have ended.
  const killed = calls.map((call) => (call.reply.kind === "unknown" ? { ...call, answeredNs: Infinity } : call))
  const storm = change({ calls: killed, faults: { ...noFaults(), cut: 3 }, audits: [], problems: [] })
  const path = await keepStorm({ record: storm, terms })
  made.push(path)
  return [path, storm]
}

test("a storm that is kept is judged as it was, call by call, without the store's password", async () => {
  const [path, storm] = await kept((it) => it)
  expect(storm.calls.some(({ answeredNs }) => answeredNs === Infinity)).toBe(true)
  const again = await readStorm(path)
  expect(again.record.calls.length).toBe(storm.calls.length)
  expect(again.record.calls.map(({ answeredNs }) => answeredNs)).toEqual(
    storm.calls.map(({ answeredNs }) => answeredNs)
  )
  expect(await reportOf(again.record, terms)).toEqual(await reportOf(storm, terms))
  expect(again.terms).toEqual({ ...terms, store: "redis://ada:***@localhost:6379" })
  const { status, out } = await tallystick(["storm", "--again", path])
  expect(out).toContain("storm: every answer fits one order")
  expect(status).toBe(0)
})

test("--again says of one that failed what was said then, and where it is kept", async () => {
  const [path, storm] = await kept((it) => ({
    ...it,
    calls: damaged(it.calls, "used one too many", new Random(7, 3))!
  }))
  const before = await reportOf(storm, terms)
  expect(before.ok).toBe(false)
  const { status, out } = await tallystick(["storm", "--again", path, "--json"])
  expect(status).toBe(1)
  const { failures, kept: where } = JSON.parse(out) as typeof before
  expect(failures).toEqual(before.failures)
  expect(where).toBe(path)
  expect((await tallystick(["storm", "--again", path])).out).toContain(`tallystick storm --again ${path}`)
})

test("another file is refused in a line", async () => {
  const other = join(folder, "other.gz")
  writeFileSync(other, "not compressed")
  for (const path of [other, join(folder, "nowhere")]) {
    const { status, err } = await tallystick(["storm", "--again", path])
    expect(status).toBe(2)
    expect(err).toContain("--again must be the file of a storm that was kept")
  }
})
