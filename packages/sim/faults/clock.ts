/**
 * Clocks that are an hour off, of clients and of servers.
 */
import { createQuota } from "@tallystick/core"
import type { QuotaStore } from "@tallystick/core/store"
import type { Command, Outcome } from "@tallystick/core/machine"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import { finalize, of, release, reserve } from "./cases.ts"

export const HOUR_MS = 3_600_000

const live = Effect.runSync(Clock.Clock)

/** A command of a caller whose clock reads this. */
export const askAt = async (store: QuotaStore, nowMs: number, command: Command): Promise<Outcome> => {
  const clock = Object.assign(Object.create(live) as Clock.Clock, {
    currentTimeMillis: Effect.succeed(nowMs),
    currentTimeMillisUnsafe: () => nowMs
  })
  const [outcome] = await Effect.runPromise(Effect.provideService(store.execute([command]), Clock.Clock, clock))
  return outcome!
}

/** What is said of the one account and leg. */
const said = ({ _tag, accounts: [account], legs: [leg] }: Outcome) =>
  `${_tag} ${account?.used} used ${account?.reserved} reserved, ${leg?.state}${leg?.late === true ? " late" : ""}`

/**
 * Clients an hour ahead and an hour behind, on a store that goes by its server's clock, through commands and through the front.
 *
 * @param serverMs about what the server's clock reads
 */
export const skewedClients = async (
  store: QuotaStore,
  serverMs: number,
  account: string
): Promise<ReadonlyArray<string>> => {
  const lines: Array<string> = []
  for (const [first, second] of [
    [HOUR_MS, -HOUR_MS],
    [-HOUR_MS, HOUR_MS]
  ] as const) {
    const id = `ahead by ${first}`
    const granted = await askAt(store, serverMs + first, reserve(id, account))
    const leftMs = granted.legs[0]!.expiresInMs!
    lines.push(`${said(granted)}, ${leftMs >= 60_000 && leftMs <= 61_000 ? "a minute" : leftMs} left`)
    lines.push(said(await askAt(store, serverMs + second, reserve(id, account))))
    lines.push(said(await askAt(store, serverMs + second, finalize(id, account, 2))))
  }
  for (const offsetMs of [HOUR_MS, -HOUR_MS]) {
    const quota = createQuota({
      store,
      closesStore: false,
      clock: {
        nowMs: () => live.currentTimeMillisUnsafe() + offsetMs,
        after: (ms, wake) => {
          const timer = setTimeout(wake, ms)
          return () => clearTimeout(timer)
        }
      }
    })
    const { limit, unit } = of(account)
    const limits = [{ account, unit, limit, window: "day" } as const]
    await quota.guard({ limits, estimate: { tokens: 10 } }, (call) => call.used({ tokens: 3 }))
    const [usage] = await quota.usage(limits)
    lines.push(`${usage!.used} used today`)
    await quota.close()
  }
  return lines
}

export const skewedClientsSay = [
  "Granted 0 used 10 reserved, held, a minute left",
  "Granted 0 used 10 reserved, held",
  "Finalized 2 used 0 reserved, finalized",
  "Granted 2 used 10 reserved, held, a minute left",
  "Granted 2 used 10 reserved, held",
  "Finalized 4 used 0 reserved, finalized",
  "3 used today",
  "6 used today"
]

/** Half an hour before midnight. */
const EVENING_MS = Date.UTC(2026, 10, 24, 23, 30)
const DAY_MS = 24 * HOUR_MS

/** A server whose clock jumps by an hour and back: a store that goes by what it is told. */
export const jumpingServer = async (store: QuotaStore, account: string): Promise<ReadonlyArray<string>> => {
  const window = { kind: "fixed", lengthMs: DAY_MS } as const
  const daily = <C extends Command>(command: C): C => ({
    ...command,
    legs: command.legs.map((leg) => ({ ...leg, window }))
  })
  const ask = async (nowMs: number, command: Command) => said(await askAt(store, nowMs, command))
  return [
    // Forward: what was held has expired, and stays so when the clock is back. Its end is debited, late and once.
    await ask(EVENING_MS, reserve("forward", account)),
    await ask(EVENING_MS + HOUR_MS, reserve("other", account)),
    await ask(EVENING_MS, release("other", account)),
    await ask(EVENING_MS + 1, finalize("forward", account, 7)),
    await ask(EVENING_MS + 2, finalize("forward", account, 7)),
    // Backward: what is held stays held, and its end is an end.
    await ask(EVENING_MS, reserve("backward", account)),
    await ask(EVENING_MS - HOUR_MS, finalize("backward", account, 5)),
    // Over midnight and back: one new day.
    await ask(EVENING_MS, daily(reserve("today", `${account} daily`))),
    await ask(EVENING_MS, daily(finalize("today", `${account} daily`, 9))),
    await ask(EVENING_MS + HOUR_MS, daily(reserve("tomorrow", `${account} daily`))),
    await ask(EVENING_MS, daily(finalize("tomorrow", `${account} daily`, 4))),
    await ask(EVENING_MS + HOUR_MS, daily(reserve("tomorrow too", `${account} daily`)))
  ]
}

export const jumpingServerSays = [
  "Granted 0 used 10 reserved, held",
  "Granted 0 used 10 reserved, held",
  "Released 0 used 0 reserved, released",
  "Finalized 7 used 0 reserved, finalized late",
  "Finalized 7 used 0 reserved, finalized late",
  "Granted 7 used 10 reserved, held",
  "Finalized 12 used 0 reserved, finalized",
  "Granted 0 used 10 reserved, held",
  "Finalized 9 used 0 reserved, finalized",
  "Granted 0 used 10 reserved, held",
  "Finalized 4 used 0 reserved, finalized",
  "Granted 4 used 10 reserved, held"
]
