/** `tallystick migrate` against a real database. */
import { trialSchema } from "@tallystick/adapter-postgres"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import { afterAll, expect, test } from "vitest"

import { tallystick } from "./spawn.ts"

describeWith(await postgresServer(), "tallystick migrate", ({ url }) => {
  let schema: string
  // A server that was given is somebody's own: nothing stays there.
  afterAll(async () => {
    if (schema !== undefined) await (await trialSchema(url, schema)).remove()
  })

  test("makes the schema, and then finds it made", { timeout: 60_000 }, async () => {
    schema = `${await schemaName()} "cli"`
    const migrate = () => tallystick(["migrate", "--store", url, "--schema", schema])
    const first = await migrate()
    expect(first).toMatchObject({ status: 0, err: "" })
    expect(first.out).toMatch(/^schema "t\d+\S* \\"cli\\"": from version 0 to [1-9]\d*\n$/)
    const second = await migrate()
    expect(second).toMatchObject({ status: 0, err: "" })
    expect(second.out).toMatch(/ is at version [1-9]\d*\n$/)
  })
})
