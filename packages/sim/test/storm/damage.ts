/**
 * One thing in a history made wrong, as a broken store or a broken client would.
 */
import type { AccountAnswer, LegAnswer, Outcome } from "@tallystick/core/machine"

import type { Random } from "../../src/replay/random.ts"
import type { Call } from "../../src/storm/check/history.ts"

type Damage = (call: Call, random: Random) => Call | undefined

const onOutcome =
  (change: (outcome: Outcome, random: Random) => Outcome | undefined): Damage =>
  (call, random) => {
    if (call.reply.kind !== "outcomes") return undefined
    const index = Math.floor(random.fraction() * call.reply.outcomes.length)
    const outcome = call.reply.outcomes[index]!
    const changed = change(outcome, random)
    if (changed === undefined) return undefined
    return { ...call, reply: { kind: "outcomes", outcomes: call.reply.outcomes.with(index, changed) } }
  }

const onAccount = (change: (account: AccountAnswer) => AccountAnswer): Damage =>
  onOutcome((outcome, random) => {
    const index = Math.floor(random.fraction() * outcome.accounts.length)
    return { ...outcome, accounts: outcome.accounts.with(index, change(outcome.accounts[index]!)) }
  })

const onLeg = (change: (leg: LegAnswer) => LegAnswer | undefined): Damage =>
  onOutcome((outcome, random) => {
    if (outcome.legs.length === 0) return undefined
    const index = Math.floor(random.fraction() * outcome.legs.length)
    const changed = change(outcome.legs[index]!)
    return changed && { ...outcome, legs: outcome.legs.with(index, changed) }
  })

const isEffective = ({ reply }: Call): boolean =>
  reply.kind === "outcomes" &&
  reply.outcomes.some(({ _tag, granted, replayed }) => granted && !replayed && _tag !== "Found")

/** By name, what it does to a call; undefined: this call has nothing of the kind. */
export const damages: Readonly<Record<string, Damage>> = {
  "used one too many": onAccount((account) => ({ ...account, used: account.used + 1 })),
  "reserved one too few": onAccount((account) => ({ ...account, reserved: Math.max(0, account.reserved - 1) + 2 })),
  "a revision that is skipped": onAccount((account) => ({ ...account, revision: account.revision + 1 })),
  "a denial told as an admission": onOutcome((outcome) =>
    outcome._tag === "Denied" ? ({ ...outcome, _tag: "Granted", granted: true } as unknown as Outcome) : undefined
  ),
  "a repeat told as new": onOutcome((outcome) => (outcome.replayed ? { ...outcome, replayed: false } : undefined)),
  "an ending told as another": onLeg((leg) => (leg.state === "finalized" ? { ...leg, state: "released" } : undefined)),
  "an overage that is not told": onLeg((leg) => (leg.overage > 0 ? { ...leg, overage: 0 } : undefined)),
  "a deadline one tick too late": onLeg((leg) =>
    leg.expiresInMs === null ? undefined : { ...leg, expiresInMs: leg.expiresInMs + 1_000 }
  ),
  "time that stands still": onAccount((account) => ({ ...account, timeMs: account.timeMs - 700 })),
  "a change of which the client was told that it did not happen": (call) =>
    isEffective(call) ? { ...call, reply: { kind: "nothing" } } : undefined,
  "an answer from before it was sent": (call) =>
    isEffective(call)
      ? { ...call, sentNs: call.sentNs + 100_000_000, answeredNs: call.answeredNs + 100_000_000 }
      : undefined,
  "another command than was sent": (call) => {
    if (call.question.kind !== "execute" || !isEffective(call)) return undefined
    const [first, ...rest] = call.question.commands
    return { ...call, question: { kind: "execute", commands: [{ ...first!, id: `${first!.id}x` }, ...rest] } }
  }
}

/** The history with one call damaged; undefined: none of them can be. */
export const damaged = (
  history: ReadonlyArray<Call>,
  name: string,
  random: Random
): ReadonlyArray<Call> | undefined => {
  const start = Math.floor(random.fraction() * history.length)
  for (let step = 0; step < history.length; step++) {
    const index = (start + step) % history.length
    const call = damages[name]!(history[index]!, random)
    if (call !== undefined) return history.with(index, call)
  }
  return undefined
}
