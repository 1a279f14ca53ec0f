/**
 * Bugs of an adapter, planted in a wrapper around the memory store: in what it sends on, in what it answers, in what stands around both.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import type { AccountAnswer, AccountRef, Command, Outcome } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

export interface Planted {
  /** What is wrong with the store. */
  readonly what: string
  readonly make: () => QuotaStore
}

const changed = (what: string, change: (store: QuotaStore) => Partial<QuotaStore>): Planted => ({
  what,
  make: () => {
    const store = memoryStore()
    return { ...store, ...change(store) }
  }
})

/** Sends other commands on than it was given. */
const sending = (what: string, change: (command: Command) => Command): Planted =>
  changed(what, ({ execute }) => ({
    execute: (commands) => execute(commands.map((one) => (isCommand(one) ? change(one) : one)))
  }))

const isCommand = (value: unknown): value is Command => typeof value === "object" && value !== null && "legs" in value

const withLegs = (command: Command, change: (leg: AccountRef) => object): Command =>
  ({
    ...command,
    legs: Array.isArray(command.legs) ? command.legs.map((leg: AccountRef) => (leg ? change(leg) : leg)) : command.legs
  }) as Command

/** Says something else than it was told. */
const saying = (what: string, change: (outcome: Outcome) => object): Planted =>
  changed(what, ({ execute }) => ({
    execute: (commands) => Effect.map(execute(commands), (outcomes) => outcomes.map((one) => change(one) as Outcome))
  }))

const accountsOf = (outcome: Outcome, change: (account: AccountAnswer) => AccountAnswer): Outcome => ({
  ...outcome,
  accounts: outcome.accounts.map(change)
})

const textual = (value: unknown, change: (text: string) => string): never =>
  (typeof value === "string" ? change(value) : value) as never

const sent: ReadonlyArray<Planted> = [
  sending("forgets warnAt", (command) => withLegs(command, (leg) => ({ ...leg, warnAt: undefined }))),
  sending("forgets how legs settle", (command) => withLegs(command, (leg) => ({ ...leg, settle: undefined }))),
  sending("loses the ttl of an extend", (one) => (one.kind === "extend" ? { ...one, ttlMs: undefined } : one)),
  sending("loses how long ago a finalize was sent", (one) =>
    one.kind === "finalize" ? { ...one, sentAgoMs: 0 } : one
  ),
  sending("caps every finalize", (one) => (one.kind === "finalize" ? { ...one, overage: "cap" } : one)),
  sending("trims the ids of requests", (one) => ({ ...one, id: textual(one.id, (id) => id.trim() || id) })),
  sending("normalizes the ids of requests", (one) => ({ ...one, id: textual(one.id, (id) => id.normalize("NFC")) })),
  sending("does not tell upper case from lower", (one) => ({ ...one, id: textual(one.id, (id) => id.toLowerCase()) })),
  sending("takes what is missing for null: unlimited", (command) =>
    withLegs(command, (leg) => ({ ...leg, limit: leg.limit ?? null }))
  ),
  sending("keeps accounts of one id and several windows in one", (command) =>
    withLegs(command, (leg) =>
      leg.window?.kind === "fixed" ? { ...leg, window: { kind: "fixed", lengthMs: 20_000 } } : leg
    )
  ),
  sending("reads numbers as floats of 32 bits", (command) =>
    withLegs(command, (leg) =>
      "amount" in leg && Number.isSafeInteger(leg.amount)
        ? { ...leg, amount: Math.round(Math.fround(Number(leg.amount))) }
        : leg
    )
  )
]

const said: ReadonlyArray<Planted> = [
  saying("tells a replay as though it were the first", (one) => ({ ...one, replayed: false })),
  saying("clamps what is used to the limit", (one) =>
    accountsOf(one, (account) => ({ ...account, used: Math.min(account.used, account.limit ?? account.used) }))
  ),
  saying("writes numbers with 15 digits", (one) =>
    accountsOf(one, (account) => ({ ...account, used: Number(account.used.toPrecision(15)) }))
  ),
  saying("answers by the store's order of accounts", (one) => ({
    ...one,
    legs: one.legs.toSorted((a, b) => (a.account < b.account ? -1 : 1))
  })),
  saying("never says that an ending was late", (one) => ({
    ...one,
    legs: one.legs.map((leg) => ({ ...leg, late: false }))
  })),
  saying("says 0 where nothing was measured", (one) => ({
    ...one,
    legs: one.legs.map((leg) => ({ ...leg, measured: leg.measured ?? 0 }))
  }))
]

const around: ReadonlyArray<Planted> = [
  changed("takes effect command by command, and then finds that a later one is bad", ({ execute }) => ({
    execute: (commands) =>
      Effect.map(
        Effect.forEach(commands, (one) => execute([one])),
        (outcomes) => outcomes.flat()
      )
  })),
  changed("dies of bad input", ({ execute }) => ({ execute: (commands) => Effect.orDie(execute(commands)) })),
  changed("takes the commands of a call from the last to the first", ({ execute }) => ({
    execute: (commands) => Effect.map(execute([...commands].toReversed()), (outcomes) => outcomes.toReversed())
  })),
  changed("reads its clock in whole seconds", ({ execute }) => ({
    execute: (commands) =>
      Effect.flatMap(Clock.Clock, (clock) => {
        const nowMs = Math.floor(clock.currentTimeMillisUnsafe() / 1_000) * 1_000
        const currentTimeMillis = Effect.succeed(nowMs)
        const slow: Clock.Clock = Object.assign(Object.create(clock) as Clock.Clock, {
          currentTimeMillis,
          currentTimeMillisUnsafe: () => nowMs
        })
        return Effect.provideService(execute(commands), Clock.Clock, slow)
      })
  })),
  changed("reads usage without windows", ({ usage }) => ({
    usage: (accounts) => usage(accounts.map((one) => ({ ...one, window: { kind: "none" } })))
  })),
  changed("sorts what it reads", ({ usage }) => ({
    usage: (accounts) =>
      Effect.map(usage(accounts), (some) => some.toSorted((a, b) => (a.account < b.account ? -1 : 1)))
  })),
  changed("lists holds in the order of UTF-16", ({ holds }) => ({
    holds: (account, page) =>
      Effect.map(holds(account, page), ({ items, next }) => ({
        items: items.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        next
      }))
  })),
  changed("loses a hold between two pages", ({ holds }) => ({
    holds: (account, page) =>
      Effect.map(holds(account, page), (found) =>
        found.next === null ? found : { ...found, items: found.items.slice(1) }
      )
  })),
  changed("forgets all when it is swept", () => {
    let store = memoryStore()
    return {
      execute: (commands) => Effect.suspend(() => store.execute(commands)),
      usage: (accounts) => Effect.suspend(() => store.usage(accounts)),
      sweep: () =>
        Effect.sync(() => {
          store = memoryStore()
          return { entries: 0, accounts: 0, more: false }
        })
    }
  }),
  changed("admits by what it read before it waited", ({ execute, usage }) => ({
    execute: (commands) => {
      const [first] = commands
      if (commands.length !== 1 || first?.kind !== "reserve" || !Array.isArray(first.legs)) return execute(commands)
      const free = { ...first, legs: first.legs.map((leg) => ({ ...leg, limit: null })) }
      return Effect.flatMap(
        Effect.catch(usage(first.legs), () => Effect.succeed([])),
        (accounts) => {
          const fits =
            accounts.length > 0 && accounts.every(({ spendable }, i) => (spendable ?? 0) >= first.legs[i]!.amount)
          return Effect.andThen(
            Effect.yieldNow,
            execute(fits && accounts.every(({ limitFrom }) => limitFrom === "code") ? [free] : commands)
          )
        }
      )
    }
  }))
]

export const planted: ReadonlyArray<Planted> = [...sent, ...said, ...around]
