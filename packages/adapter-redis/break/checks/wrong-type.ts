/**
 * A key of ours that holds something else: the call fails, and nothing of it is done.
 */
import { Bench, TAG } from "../bench.ts"
import type { Check } from "../check.ts"

const isWrongType = (answer: unknown): boolean => answer instanceof Error && answer.message.includes("WRONGTYPE")

/** Each key in turn, in a call on two accounts, so that the other one comes first or second. */
export const wrongTypeChecks: ReadonlyArray<Check> = ["a:a", "a:b", "t:a", "t:b", "1:a", "1:b"].map((key) => ({
  name: `the key ${JSON.stringify(key)} holds something else: nothing is written`,
  run: async (client, script) => {
    // A shelf that begins anew is emptied first, whatever lies there: `1` is the one of now, once something was written. No index is needed yet
    // where the rows have room.
    for (const isThere of key.startsWith("a:") ? [false, true] : [true]) {
      await client.flushdb("SYNC")
      const bench = new Bench(client, script)
      if (isThere) await bench.execute(bench.charge("before", "a", "b"))
      if (key.startsWith("t:")) await bench.fillRows("a", "b")
      await client.del(`${TAG}${key}`)
      await client.rpush(`${TAG}${key}`, "something else")
      await bench.changesNothing(() => bench.execute(bench.reserve("r", "a", "b")), isWrongType)
      const both = [bench.charge("c", "a", "b"), bench.reserve("r", "b"), bench.reserve("r", "a")]
      await bench.changesNothing(() => bench.execute(...both), isWrongType)
    }
  }
}))
