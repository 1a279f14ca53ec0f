/**
 * The last look: what counts as a read that was not answered.
 */
import { type CallError, OutcomeUnknownError, type QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import { expect, test, vi } from "vitest"

import { memoryStore } from "../../../adapter-memory/src/index.ts"
import { asked } from "../../src/storm/run/aftermath.ts"

const question = { kind: "usage", accounts: [{ account: "a", window: { kind: "none" }, limit: 1 }] } as const

/** A store of which each read takes so many seconds of the storm's clock, and is answered from the n-th on. */
const storeThat = (answersFrom: number, seconds: number): QuotaStore => {
  const store = memoryStore()
  let count = 0
  let ns = 0n
  vi.spyOn(process.hrtime, "bigint").mockImplementation(() => ns)
  return {
    ...store,
    usage: (accounts) =>
      Effect.suspend((): ReturnType<QuotaStore["usage"]> => {
        ns += BigInt(seconds) * 1_000_000_000n
        const error: CallError = new OutcomeUnknownError("no answer within 5000 ms")
        return ++count < answersFrom ? Effect.fail(error) : store.usage(accounts)
      })
  }
}

const kindsOf = async (store: QuotaStore) => (await asked(store, question)).map(({ reply }) => reply.kind)

test("who stood still during a read asks again", async () => {
  expect(await kindsOf(storeThat(2, 41))).toEqual(["unknown", "accounts"])
})

test("who is never answered gives up", async () => {
  expect(await kindsOf(storeThat(Infinity, 6))).toEqual(["unknown", "unknown", "unknown"])
})
