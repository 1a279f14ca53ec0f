/**
 * One caller: the time of a reserve and a finalize beside one `UPDATE … RETURNING` on a table with a row per account, in turns, so that a busy machine is busy
 * for all.
 */
import { finalize, medianOf, range, reserve, run } from "./bench.ts"
import type { Bench } from "./bench.ts"

export const measureLatency = async ({ pool, rounds, schema, seconds, store }: Bench): Promise<void> => {
  await pool.query(
    `CREATE TABLE ${schema}.plain (account text PRIMARY KEY, used bigint NOT NULL) WITH (fillfactor = 50)`
  )
  await pool.query(`INSERT INTO ${schema}.plain VALUES ('one', 0)`)
  const text = `UPDATE ${schema}.plain SET used = used + 1 WHERE account = $1 RETURNING used`
  const update = () => pool.query({ name: "plain", text, values: ["one"] })
  for (let round = 1; round <= rounds; round++) {
    const times = { update: [] as Array<number>, reserve: [] as Array<number>, finalize: [] as Array<number> }
    const micros = async (of: Array<number>, act: () => Promise<unknown>) => {
      const begin = performance.now()
      await act()
      of.push((performance.now() - begin) * 1_000)
    }
    for (const index of range(Math.round(seconds * 200))) {
      const id = `p50-${round}-${index}`
      await micros(times.update, update)
      await micros(times.reserve, () => run(store, [reserve(id, ["one"])]))
      await micros(times.update, update)
      await micros(times.finalize, () => run(store, [finalize(id, ["one"])]))
    }
    const [plain, reserved, finalized] = [times.update, times.reserve, times.finalize].map(medianOf) as [
      number,
      number,
      number
    ]
    console.log(
      `round ${round}: p50 of UPDATE … RETURNING ${plain.toFixed(0)} us, reserve ${reserved.toFixed(0)} us (${(reserved / plain).toFixed(2)} ×), ` +
        `finalize ${finalized.toFixed(0)} us (${(finalized / plain).toFixed(2)} ×)`
    )
  }
}
