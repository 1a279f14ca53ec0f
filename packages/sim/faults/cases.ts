/**
 * One command of each kind, what it is answered, and what an account's numbers are before and after it. Shared by the tests of faults of all adapters.
 */
import { MAX_COMMANDS, readCommand } from "@tallystick/core/machine"
import type { Command, Outcome } from "@tallystick/core/machine"
import type { CallError, QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"

/** Where a test is not about deadlines: a machine with eight other things to do may take seconds for a call. */
export const PATIENT_MS = 60_000

/** used, reserved, limit. */
export type Numbers = readonly [used: number, reserved: number, limit: number | null]

const window = { kind: "none" } as const

/** Several, so that group commit needs more than one connection. */
export const soakAccounts: ReadonlyArray<string> = ["soak0", "soak1", "soak2", "soak3"]

/** An account as every command names it. */
export const of = (account: string) => ({
  account,
  window,
  unit: "tokens",
  // Those of the soak hold for as long as it runs.
  limit: soakAccounts.includes(account) ? 1_000_000_000 : 1_000
})

export const reserve = (id: string, account: string, amount = 10, ttlMs = 60_000): Command =>
  readCommand({ kind: "reserve", id, ttlMs, legs: [{ ...of(account), amount }] })

export const finalize = (id: string, account: string, actual: number, ifUnknown: "mark" | "charge" = "mark"): Command =>
  readCommand({ kind: "finalize", id, ifUnknown, legs: [{ ...of(account), actual }] })

export const charge = (id: string, account: string, amount: number): Command =>
  readCommand({ kind: "charge", id, legs: [{ ...of(account), amount }] })

export const lookup = (id: string, account: string): Command => readCommand({ kind: "lookup", id, legs: [of(account)] })

export const release = (id: string, account: string): Command =>
  readCommand({ kind: "release", id, legs: [of(account)] })

const extend = (id: string, account: string, total: number): Command =>
  readCommand({ kind: "extend", id, legs: [{ ...of(account), total, measured: 4 }] })

const adjust = (id: string, account: string, adjustment: object): Command =>
  readCommand({ kind: "adjust", id, adjustment, legs: [of(account)] })

/** What stands on the account before: a stored limit of 100, and a hold of 10 under the id "held". */
export const prepare = (account: string): ReadonlyArray<Command> => [
  adjust("limit", account, { kind: "setLimit", limit: 100 }),
  reserve("held", account)
]

export const before: Numbers = [0, 10, 100]

export interface Case {
  readonly kind: Command["kind"]
  readonly command: (account: string) => Command
  readonly answer: Outcome["_tag"]
  readonly after: Numbers
}

export const cases: ReadonlyArray<Case> = [
  { kind: "reserve", command: (account) => reserve("new", account, 20), answer: "Granted", after: [0, 30, 100] },
  { kind: "extend", command: (account) => extend("held", account, 25), answer: "Extended", after: [0, 25, 100] },
  { kind: "finalize", command: (account) => finalize("held", account, 7), answer: "Finalized", after: [7, 0, 100] },
  { kind: "release", command: (account) => release("held", account), answer: "Released", after: [0, 0, 100] },
  { kind: "charge", command: (account) => charge("new", account, 3), answer: "Charged", after: [3, 10, 100] },
  {
    kind: "adjust",
    command: (account) => adjust("pay", account, { kind: "credit", amount: 5 }),
    answer: "Adjusted",
    after: [0, 10, 105]
  }
]

/** What the one command was answered, or what the call failed with. */
export const ask = (store: QuotaStore, command: Command): Promise<Outcome | CallError> =>
  Effect.runPromise(
    Effect.match(store.execute([command]), {
      onFailure: (error): Outcome | CallError => error,
      onSuccess: ([outcome]) => outcome!
    })
  )

/** In order, and in calls as long as one may be: a busy machine lets writers write more than that. */
export const executed = async (
  store: QuotaStore,
  commands: ReadonlyArray<Command>
): Promise<ReadonlyArray<Outcome>> => {
  const outcomes: Array<Outcome> = []
  for (let from = 0; from < commands.length; from += MAX_COMMANDS)
    outcomes.push(...(await Effect.runPromise(store.execute(commands.slice(from, from + MAX_COMMANDS)))))
  return outcomes
}

export const numbersOf = async (store: QuotaStore, account: string): Promise<Numbers> => {
  const [usage] = await Effect.runPromise(store.usage([of(account)]))
  return [usage!.used, usage!.reserved, usage!.limit]
}
