/**
 * What a client of a storm does next. Ids are few, so that clients meet on them: one reserves, another finalizes, a third does it again.
 */
import type { Adjustment, Command, ReserveLeg } from "@tallystick/core/machine"

import { Random } from "../../replay/random.ts"
import type { Question } from "../check/history.ts"
import { accountsOf, idAt, refsOf } from "./groups.ts"
import type { StormAccount, Visit } from "./groups.ts"

/** Shares of 100. */
const shares = [
  ["reserve", 34],
  ["finalize", 20],
  ["extend", 12],
  ["release", 8],
  ["charge", 7],
  ["adjust", 5],
  ["lookup", 5],
  ["usage", 9]
] as const

type Kind = (typeof shares)[number][0]

const kinds: ReadonlyArray<Kind> = shares.flatMap(([kind, share]) => Array.from({ length: share }, () => kind))

/** One call in twelve carries two or three commands. */
const BATCHED = 1 / 12
const MINE = 0.6
/** One command in thirty has other content than its id has. */
const ODD = 1 / 30

/** `mine`: ids that this client has begun itself, of which three in five of its next commands are about one. */
export const drawQuestion = (random: Random, visit: Visit, mine: ReadonlyArray<string> = []): Question => {
  const count = random.fraction() < BATCHED ? 2 + below(random, 2) : 1
  const commands: Array<Command> = []
  while (commands.length < count) {
    const kind = kinds[below(random, kinds.length)]!
    if (kind === "usage") {
      if (count === 1) return { kind: "usage", accounts: refsOf(visit.group) }
      continue
    }
    commands.push(drawCommand(random, kind, visit, mine))
  }
  return { kind: "execute", commands }
}

const drawCommand = (
  random: Random,
  kind: Exclude<Kind, "usage">,
  visit: Visit,
  mine: ReadonlyArray<string>
): Command => {
  if (kind === "adjust") return drawAdjust(random, visit)
  const isMine = random.fraction() < MINE && kind !== "reserve"
  const id = (isMine ? mine[below(random, mine.length)] : undefined) ?? idAt(visit, random.fraction())
  const content = contentOf(random.fraction() < ODD ? `${id}?` : id, visit.group)
  const { legs, ttlMs } = content
  const actual = below(random, 12)
  switch (kind) {
    case "reserve":
      return { kind, id, ttlMs, legs }
    case "charge":
      return { kind, id: `${id}c`, legs: legs.map(({ settle: _settle, ...leg }) => leg) }
    case "lookup":
      return { kind, id, legs: legs.map(termsOf) }
    case "release":
      return { kind, id, legs: legs.map(termsOf) }
    case "finalize": {
      const how = random.fraction()
      return {
        kind,
        id,
        overage: how < 0.3 ? "cap" : "debit",
        ifUnknown: how < 0.15 || how > 0.9 ? "charge" : "mark",
        sentAgoMs: 0,
        // Mostly the same: a repeat, not a conflict.
        legs: legs.map((leg) => ({
          ...termsOf(leg),
          ...(leg.settle === "actual" && { actual: how < 0.5 ? 5 : actual })
        }))
      }
    }
    case "extend": {
      const what = below(random, 6)
      return {
        kind,
        id,
        ...(what !== 1 && { ttlMs: 1_000 * (1 + below(random, 3)) }),
        ...(what === 2 && { whenUnknown: "charge-held" as const }),
        legs: legs.map((leg) => ({
          ...termsOf(leg),
          ...(leg.settle === "actual" && what < 3 && { measured: actual }),
          ...(leg.settle === "actual" && what > 2 && { total: leg.amount + below(random, 8) })
        }))
      }
    }
  }
}

/** What an id is about, the same for everybody. */
const contentOf = (id: string, group: number): { readonly ttlMs: number; readonly legs: ReadonlyArray<ReserveLeg> } => {
  const random = new Random(hashOf(id), 7)
  const accounts = accountsOf(group)
  const first = below(random, accounts.length)
  const count = 1 + below(random, 3)
  const legs = Array.from({ length: count }, (_, position) => {
    const plan = accounts[(first + position) % accounts.length]!
    return { ...nameOf(plan), amount: plan.settle === "actual" ? 1 + below(random, 9) : 1, settle: plan.settle }
  })
  return { ttlMs: 1_000 * (1 + below(random, 3)), legs }
}

const nameOf = ({ account, window, unit, limit }: StormAccount) => ({
  account,
  window,
  unit,
  ...(limit !== undefined && { limit })
})

const termsOf = ({ amount: _amount, settle: _settle, ...terms }: ReserveLeg) => terms

const drawAdjust = (random: Random, visit: Visit): Command => {
  const accounts = accountsOf(visit.group)
  const isTeam = random.fraction() < 0.5
  const plan = accounts[isTeam ? accounts.length - 1 : below(random, accounts.length)]!
  // Few ids: the same change again, or another one under its id.
  const id = `a${visit.visit}-${below(random, 6)}`
  return { kind: "adjust", id, adjustment: drawAdjustment(random, isTeam), legs: [nameOf(plan)] }
}

const drawAdjustment = (random: Random, isTeam: boolean): Adjustment => {
  const what = random.fraction()
  if (isTeam && what < 0.6) return { kind: "setLimit", limit: 60 }
  if (what < 0.4) return { kind: "reopen" }
  if (what < 0.5) return { kind: "close" }
  if (what < 0.6) return { kind: "setLimit", limit: 5 + below(random, 40) }
  if (what < 0.7) return { kind: "setLimit", limit: "code" }
  return what < 0.85 ? { kind: "credit", amount: below(random, 20) - 6 } : { kind: "reset" }
}

const below = (random: Random, end: number): number => Math.floor(random.fraction() * end)

/** FNV-1a, 32 bits. */
const hashOf = (text: string): number => {
  let hash = 2_166_136_261
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0)!, 16_777_619)
  return hash >>> 0
}
