/**
 * What somebody else did to the rows: a hold deleted by hand.
 */
import { postgresOperator, postgresStore, trialSchema, type TrialSchema } from "@tallystick/adapter-postgres"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, test } from "vitest"

import { ask, charge, executed, finalize, numbersOf, reserve } from "../../sim/faults/cases.ts"
import { sums, until } from "../../sim/faults/killed-client.ts"

const schema = await schemaName()

describeWith(await postgresServer(), "rows that are gone", ({ url }) => {
  let trial: TrialSchema
  const operator = postgresOperator({ url, schema })
  beforeAll(async () => {
    trial = await trialSchema(url, schema)
  })
  afterAll(async () => {
    await operator.close()
    await trial.remove()
  })
  const direct = () => postgresStore({ pool: trial.pool, schema })
  const deleteEntry = async (account: string, id: string): Promise<void> => {
    const { rowCount } = await trial.pool.query(`DELETE FROM ${schema}.entry WHERE account = $1 AND id = $2`, [
      account,
      id
    ])
    expect(rowCount).toBe(1)
  }
  const repair = (account: string) => operator.repair(account, { kind: "none" }, { apply: true })

  test("a hold deleted by hand: its share stays reserved until its deadline, its id is new, and its end is debited once", async () => {
    await executed(direct(), [reserve("gone", "deleted", 10, 1_000), reserve("other", "deleted", 20, 60_000)])
    await deleteEntry("deleted", "gone")
    expect(await sums(direct(), "deleted")).toEqual([0, 30])
    const page = await Effect.runPromise(direct().holds({ account: "deleted" }, { limit: 10 }))
    expect(page.items.map(({ id }) => id)).toEqual(["other"])
    expect((await ask(direct(), finalize("gone", "deleted", 7)))._tag).toBe("Unknown")
    for (let time = 0; time < 2; time++)
      expect((await ask(direct(), finalize("gone", "deleted", 7, "charge")))._tag).toBe("Finalized")
    await until(async () => (await sums(direct(), "deleted"))[1] === 20)
    expect(await sums(direct(), "deleted")).toEqual([7, 20])
  })

  test("a hold deleted by hand and reserved anew: repair gives back what nobody holds", async () => {
    await executed(direct(), [reserve("gone", "repaired", 10, 1_000), reserve("other", "repaired", 20, 1_000)])
    await deleteEntry("repaired", "gone")
    // Holds another 10, since the store does not know of the first.
    await executed(direct(), [reserve("gone", "repaired", 10, 1_000)])
    for (const [id, actual] of [
      ["gone", 7],
      ["other", 5]
    ] as const)
      expect((await ask(direct(), finalize(id, "repaired", actual)))._tag).toBe("Finalized")
    expect(await sums(direct(), "repaired")).toEqual([12, 10])
    const { after, applied } = await repair("repaired")
    expect({ after, applied }).toEqual({ after: { used: 12, reserved: 0 }, applied: true })
    expect(await sums(direct(), "repaired")).toEqual([12, 0])
  })

  test("an account deleted by hand: a limit in code begins at zero, and an end that is due is debited once", async () => {
    await executed(direct(), [charge("before", "lost", 100), reserve("held", "lost")])
    await trial.pool.query(`DELETE FROM ${schema}.account WHERE account = 'lost'`)
    expect(await numbersOf(direct(), "lost")).toEqual([0, 0, 1_000])
    for (let time = 0; time < 2; time++)
      expect((await ask(direct(), finalize("held", "lost", 7, "charge")))._tag).toBe("Finalized")
    expect(await sums(direct(), "lost")).toEqual([7, 0])
  })
})
