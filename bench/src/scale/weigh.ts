/**
 * Bytes per account, hold and remembered ending.
 */
import type { MakeGround } from "./ground.ts"
import type { Scale } from "./scale.ts"
import { finalize, reserve, runMany } from "./traffic.ts"

/** A hold that outlives the measurement. */
const LONG_MS = 3_600_000

export const weigh = async (make: MakeGround, store: string, count: number): Promise<ReadonlyArray<Scale>> => {
  const ground = await make("weighed")
  try {
    const rows: Array<Scale> = []
    let before = await ground.bytes()
    const note = async (what: string): Promise<void> => {
      const after = await ground.bytes()
      rows.push({ store, what, value: Math.round((after - before) / count), unit: "bytes" })
      before = after
    }
    await runMany(ground.store, count, (index) => reserve(`user:${index}`, "held", LONG_MS))
    await note("an account with its first hold")
    await runMany(ground.store, count, (index) => reserve("one", `hold-${index}`, LONG_MS))
    await note("a further hold")
    await runMany(ground.store, count, (index) => finalize("one", `hold-${index}`))
    await note("more, when it is ended and remembered")
    return rows
  } finally {
    await ground.close()
  }
}
