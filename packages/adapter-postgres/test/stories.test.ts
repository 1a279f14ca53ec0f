/**
 * What random programs meet too seldom, against the Book; the breaker (../break) has the same stories.
 */
import { postgresStore, trialSchema, type TrialSchema } from "@tallystick/adapter-postgres"
import { Book } from "@tallystick/sim/oracle"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"

import { stories, storySettings } from "../../sim/break/stories.ts"
import { runAt } from "./at.ts"
import { auditText } from "./support/audit.ts"

const schema = await schemaName()

describeWith(await postgresServer(), "stories", ({ url }) => {
  let trial: TrialSchema
  beforeAll(async () => {
    trial = await trialSchema(url, schema)
  })
  afterAll(() => trial.remove())
  beforeEach(() => trial.empty())

  test.each(stories)("$name", async ({ calls }) => {
    const store = postgresStore({ pool: trial.pool, schema, clock: "caller", batch: false, ...storySettings })
    const book = new Book(storySettings)
    for (const { commands, nowMs } of calls) {
      expect(await runAt(nowMs, store.execute(commands))).toEqual(book.execute(commands, nowMs))
    }
    expect((await trial.pool.query(auditText(schema))).rows).toEqual([])
  })
})
