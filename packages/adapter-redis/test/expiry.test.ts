/**
 * Programs by the store's clock against the Book, with every key gone when it expires; and after every call an audit of all rows and expiries.
 */
import { isNone, ownRedis } from "@tallystick/test-servers"
import { afterAll, describe, expect, test } from "vitest"

import { Lane } from "../break/lane.ts"
import { programsOf } from "../break/programs.ts"
import { load, play } from "../break/replay.ts"
import { executeSource } from "../src/script.ts"

const seed = Number(process.env["TALLYSTICK_SEED"] ?? 1)
const PROGRAMS = 150
const server = await ownRedis({ args: ["--save", "", "--appendonly", "no"] })

describe.skipIf(isNone(server))("rows and expiries", async () => {
  if (isNone(server)) return
  const lane = await Lane.at(server.url)
  afterAll(async () => {
    await lane.close()
    await server.stop()
  })
  test(`${PROGRAMS} programs (seed ${seed}): answers, sums and expiries`, { timeout: 120_000 }, async () => {
    const loaded = await load(lane, executeSource)
    for (const program of programsOf(seed, PROGRAMS)) expect((await play(lane, loaded, program)).fault).toBeUndefined()
  })
})
