/**
 * A client that is killed at each of its calls, before it arrives and after the server acted, and another one that does the same again.
 */
import type { QuotaStore } from "@tallystick/core/store"
import { createQuota } from "@tallystick/core"
import type { Proxy } from "@tallystick/sim/proxy"

import { of, numbersOf } from "./cases.ts"
import { Victim } from "./victim.ts"

/** The three calls of a turn of `client.ts`; used and reserved after each. */
export const turnCalls = [
  { call: "reserve", after: [0, 10] },
  { call: "grow", after: [0, 15] },
  { call: "finalize", after: [7, 0] }
] as const

/** Points at which it is killed: at the n-th call, counted from 0. */
export const points = turnCalls.flatMap(({ call }, index) =>
  (["before it arrives", "after the server acted"] as const).map((when) => ({ call, index, when }))
)

export interface KilledOptions {
  readonly proxy: Proxy
  readonly direct: QuotaStore
  /** The key prefix, or the schema. */
  readonly place: string
}

/** Kills it there; gives used and reserved when it is gone. */
export const killAt = async (
  { direct, place, proxy }: KilledOptions,
  { index, when }: (typeof points)[number],
  account: string
): Promise<readonly [number, number]> => {
  let calls = 0
  let reached: () => void = () => {}
  const isThere = new Promise<void>((resolve) => (reached = resolve))
  proxy.decide = ({ text }) => {
    if (!text.includes(account) || calls++ !== index) return "forward"
    reached()
    // It arrives, and nobody hears of it; or it stays where it is.
    return when === "before it arrives" ? "swallow" : "lose-answer"
  }
  await using victim = new Victim([proxy.url, place, "turn", account, "request"])
  await Promise.race([isThere, victim.ended.then(() => Promise.reject(new Error("the client ended by itself")))])
  const { after } = turnCalls[index]!
  if (when === "after the server acted") await until(async () => String(await sums(direct, account)) === String(after))
  await victim.kill()
  proxy.decide = () => "forward"
  return sums(direct, account)
}

/**
 * A process that is insured goes on while nothing reaches the store, and is killed; then the store is back, and the next process sends what the journal
 * has.
 */
export const insuredThroughOutage = async (
  { direct, place, proxy }: KilledOptions,
  account: string,
  folder: string
): Promise<ReadonlyArray<string>> => {
  proxy.decide = () => "cut"
  await using victim = new Victim([proxy.url, place, "insured", account, "request", folder])
  await victim.says("journaled")
  await victim.kill()
  proxy.decide = () => "forward"
  const said = [...victim.lines, String(await sums(direct, account))]
  for (let time = 0; time < 2; time++) {
    await using next = new Victim([proxy.url, place, "replay", account, "request", folder])
    await next.ended
    said.push(...next.lines, String(await sums(direct, account)))
  }
  return said
}

/** Nothing was denied, nothing reached the store, and the next process debited it once. */
export const insuredSays = [
  "NotAppliedError",
  "journaled",
  "0,0",
  "delivered 1, kept 0",
  "7,0",
  "delivered 0, kept 0",
  "7,0"
]

/** The same turn, by another process; what it was told. */
export const again = async (store: QuotaStore, account: string): Promise<"finalized" | "conflict"> => {
  const quota = createQuota({ store, closesStore: false })
  try {
    const { unit, limit } = of(account)
    const opened = await quota.open({
      requestId: "request",
      limits: [{ account, unit, limit }],
      estimate: { tokens: 10 }
    })
    if (!opened.granted) throw new Error(opened.message)
    opened.used({ tokens: 3 })
    await opened.grow({ tokens: 5 })
    await opened.finalize({ tokens: 7 })
    return "finalized"
  } catch (error) {
    if (error instanceof Error && error.name === "QuotaConflict") return "conflict"
    throw error
  } finally {
    await quota.close()
  }
}

export const sums = async (store: QuotaStore, account: string): Promise<readonly [number, number]> => {
  const [used, reserved] = await numbersOf(store, account)
  return [used, reserved]
}

/** Asks until it is so; a test's own time-out is the bound. */
export const until = async (isSo: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10))
}
