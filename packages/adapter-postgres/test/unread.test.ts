/**
 * Answers that are there and cannot be read: what was asked has been done, and nobody is told that it failed.
 */
import { type PostgresDriver, postgresStore, trialSchema, type TrialSchema } from "@tallystick/adapter-postgres"
import type { Command } from "@tallystick/core/machine"
import type { CallError } from "@tallystick/core/store"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, test } from "vitest"

import { charge, of, outcome, PATIENT_MS, used } from "./support/calls.ts"

const schema = await schemaName()

describeWith(await postgresServer(), "answers that cannot be read", ({ url }) => {
  let trial: TrialSchema
  beforeAll(async () => {
    trial = await trialSchema(url, schema)
  })
  afterAll(() => trial.remove())

  /** Of what is asked with this text the answer is half of itself. Each question is written down: the ids in it. */
  const storeThatTears = (isTorn: (values: string, number: number) => boolean, callTimeoutMs = PATIENT_MS) => {
    const asked: Array<ReadonlyArray<string>> = []
    const driver: PostgresDriver = {
      query: async (text, values) => {
        const all = values.join(" ")
        const ids = all.match(/id-\d/g) ?? []
        asked.push(ids)
        const isNow = isTorn(all, asked.length)
        const { rows } = await trial.pool.query<{ answer: string }>(text, [...values])
        return { rows: isNow ? rows.map(({ answer }) => ({ answer: answer.slice(0, answer.length / 2) })) : rows }
      }
    }
    return { store: postgresStore({ driver, schema, callTimeoutMs }), asked }
  }
  const sound = () => postgresStore({ pool: trial.pool, schema, callTimeoutMs: PATIENT_MS })

  test("a call that was done is unknown, and the same call again says so", async () => {
    const { store } = storeThatTears((_, number) => number === 1)
    expect(await outcome(store, charge("c", "torn"))).toMatchObject({
      _tag: "OutcomeUnknown",
      message: expect.stringContaining("the function's answer cannot be read")
    })
    expect(await used(sound(), "torn")).toBe(1)
    expect(await outcome(store, charge("c", "torn"))).toMatchObject({ _tag: "Charged", replayed: true })
    expect(await used(sound(), "torn")).toBe(1)
  })

  test("a flush whose answer is torn once: each is told its own, and has one effect", async () => {
    const { asked, store } = storeThatTears((_, number) => number === 2)
    const calls = [1, 2, 3, 4].map((number) => outcome(store, charge(`id-${number}`, "once", number)))
    expect(await Promise.all(calls)).toMatchObject(
      [1, 2, 3, 4].map((number) => ({ _tag: "Charged", id: `id-${number}` }))
    )
    expect(asked).toEqual([["id-1"], ["id-2", "id-3", "id-4"], ["id-2"], ["id-3"], ["id-4"]])
    expect(await used(sound(), "once")).toBe(10)
  })

  test("a call whose answer can never be read is unknown, and takes nothing from those of its flush", async () => {
    const { store } = storeThatTears((values) => values.includes("id-3"))
    const calls = [1, 2, 3, 4].map((number) => outcome(store, charge(`id-${number}`, "never", number)))
    const tags = (await Promise.all(calls)).map(({ _tag }) => _tag)
    expect(tags).toEqual(["Charged", "Charged", "OutcomeUnknown", "Charged"])
    expect(await used(sound(), "never")).toBe(10)
    expect(await outcome(sound(), charge("id-3", "never", 3))).toMatchObject({ _tag: "Charged", replayed: true })
  })

  test("400 callers, and each third answer is torn: nobody is told that it failed, and each has one effect", async () => {
    const { store } = storeThatTears((_, number) => number % 3 === 0)
    const call = async (number: number): Promise<void> => {
      for (;;) {
        const { _tag } = await outcome(store, charge(`many ${number}`, "many"))
        if (_tag === "Charged") return
        expect(_tag).toBe("OutcomeUnknown")
      }
    }
    await Promise.all(Array.from({ length: 400 }, (_, number) => call(number)))
    expect(await used(sound(), "many")).toBe(400)
  })

  test("a read: nothing was changed", async () => {
    const hold: Command = {
      kind: "reserve",
      id: "r",
      ttlMs: 60_000,
      legs: [{ ...of("read"), amount: 1, settle: "actual" }]
    }
    expect(await outcome(sound(), hold)).toMatchObject({ _tag: "Granted" })
    const { store } = storeThatTears(() => true)
    const reads: ReadonlyArray<Effect.Effect<unknown, CallError>> = [
      store.usage([of("read")]),
      store.holds(of("read"), { limit: 1 })
    ]
    for (const read of reads)
      expect(await Effect.runPromise(Effect.flip(read))).toMatchObject({
        _tag: "NotApplied",
        message: expect.stringContaining("the function's answer cannot be read")
      })
  })
})
