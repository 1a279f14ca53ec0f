/**
 * The stories that the breakers share, against the Book.
 */
import { Book } from "@tallystick/sim/oracle"

import { stories, storySettings } from "../../../sim/break/stories.ts"
import { Bench, same } from "../bench.ts"
import type { Check } from "../check.ts"

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

export const edgeChecks: ReadonlyArray<Check> = stories.map(({ calls, name }) => ({
  name,
  run: async (client, script) => {
    const bench = new Bench(client, script)
    const book = new Book(storySettings)
    for (const { commands, nowMs } of calls) {
      bench.nowMs = nowMs
      same(plain(await bench.execute(...commands)), plain(book.execute(commands, nowMs)), `at ${nowMs}`)
    }
  }
}))
