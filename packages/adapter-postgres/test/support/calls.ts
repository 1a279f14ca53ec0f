/**
 * Commands and calls in short. What a call fails with is an answer like any other.
 */
import { type Command, readCommand } from "@tallystick/core/machine"
import type { CallError, QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"

/** A machine that is busy with other tests answers late; what is not about deadlines waits for it. */
export const PATIENT_MS = 240_000

export const of = (account: string, limit: number | null = 1_000) => ({
  account,
  window: { kind: "none" } as const,
  unit: "u",
  limit
})

export const charge = (id: string, account: string, amount = 1): Command =>
  readCommand({ kind: "charge", id, legs: [{ ...of(account), amount }] })

/** What the one command was answered, or what the call failed with. */
export const outcome = (store: QuotaStore, command: Command): Promise<{ readonly _tag: string }> =>
  Effect.runPromise(
    Effect.match(store.execute([command]), {
      onFailure: (error: CallError): { readonly _tag: string } => error,
      onSuccess: ([answer]) => answer!
    })
  )

export const tagOf = async (store: QuotaStore, command: Command): Promise<string> =>
  (await outcome(store, command))._tag

/** Makes the call until it is charged, as a caller is told to: a machine that is busy may answer later than the deadline that the test is about. */
export const charged = async (store: QuotaStore, command: Command): Promise<void> => {
  while ((await tagOf(store, command)) !== "Charged");
}

export const used = async (store: QuotaStore, account: string): Promise<number> => {
  const [answer] = await Effect.runPromise(store.usage([of(account)]))
  return answer!.used
}
