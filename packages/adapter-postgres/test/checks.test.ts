/**
 * What random programs do not reach: each check on empty tables.
 */
import { trialSchema, type TrialSchema } from "@tallystick/adapter-postgres"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import { afterAll, beforeAll, beforeEach, test } from "vitest"

import { checks } from "./checks/checks.ts"

const schema = await schemaName()

describeWith(await postgresServer(), "fixed checks", ({ url }) => {
  let trial: TrialSchema
  beforeAll(async () => {
    trial = await trialSchema(url, schema)
  })
  afterAll(() => trial.remove())
  beforeEach(() => trial.empty())

  test.each(checks)("$name", ({ run }) => run({ schema, pool: trial.pool }))
})
