/**
 * How a storm begins: when every process is ready, however long that takes; also one that was killed.
 */
import { join } from "node:path"
import { expect, test } from "vitest"

import { findPlace } from "../../src/storm/places/find.ts"
import { CALL_TIMEOUT_MS, runStorm } from "../../src/storm/run/storm.ts"

test("processes that take longer to be ready than the storm is long take part in it all the same", async () => {
  const place = await findPlace(join(import.meta.dirname, "stores", "slow.ts"), "start", CALL_TIMEOUT_MS)
  const { signal } = new AbortController()
  const terms = { seconds: 1, processes: 2, fibers: 2, seed: 1 }
  const { calls, problems } = await runStorm({ ...terms, place, faults: [], signal })
  const clients = new Set(calls.map(({ who }) => who))
  for (const who of ["p0.f0", "p0.f1", "p1.f0", "p1.f1"]) expect(clients).toContain(who)
  expect(problems).toEqual([])
})
