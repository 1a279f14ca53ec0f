/**
 * Why a history does not hold, in words: from where every order that was tried came to an end.
 */
import { attributeAccount, attributeOutcome } from "../../oracle/attribute.ts"
import { sameAccount } from "../../oracle/same.ts"
import { answerWords, commandWords } from "../../oracle/words.ts"
import type { InvariantId } from "../../report/model.ts"
import type { Component } from "./components.ts"
import { keyOf } from "./operation.ts"
import type { Operation } from "./operation.ts"
import { comparePlaces, isRead } from "./pending.ts"
import type { DeadEnd } from "./verdict.ts"

export interface Explanation {
  readonly invariant: InvariantId
  /** The store forgot what it had acknowledged. */
  readonly isLost: boolean
  readonly because: string
}

export const explain = (component: Component, deadEnd: DeadEnd, startNs: number): Explanation => {
  const words = wordsFrom(startNs)
  // A read that has no place may only be waiting for a command that has none.
  const rank = ({ operation }: DeadEnd["stuck"][number]): number =>
    operation.answers![0]!.timeMs + (isRead(operation) ? 2 ** 50 : 0)
  const first = deadEnd.stuck.toSorted((left, right) => rank(left) - rank(right))[0]
  if (first === undefined) return { invariant: "I4", isLost: false, because: contradiction(component, deadEnd, words) }
  const { operation, expected } = first
  const lost = lostBefore(component, deadEnd, operation, words)
  if (lost !== undefined) return { invariant: "I4", isLost: true, because: lost }
  const who = { words: words.of(operation) }
  const circumstances = { who, isRepeat: expected.outcome?.replayed ?? false, isDebited: () => false }
  if (expected.outcome !== undefined) {
    const { invariant, because } = attributeOutcome(expected.outcome, operation.outcome!, circumstances)
    return { invariant, isLost: false, because }
  }
  const index = expected.accounts.findIndex((account, at) => !sameAccount(account, operation.answers![at]!))
  const { invariant, because } = attributeAccount(expected.accounts[index]!, operation.answers![index]!, circumstances)
  return { invariant, isLost: false, because }
}

interface Words {
  /** `p1.f3's reserve g2-5: 3 of g2:user for 1 s (sent at 4.120 s)`. */
  readonly of: (operation: Operation) => string
}

const wordsFrom = (startNs: number): Words => ({
  of: ({ call, command, sentNs }) => {
    const at = ((sentNs - startNs) / 1_000_000_000).toFixed(3)
    return `${call.who}'s ${command === undefined ? "read" : commandWords(command)} (sent at ${at} s)`
  }
})

/**
 * Revisions never fall, and a row that is made anew starts from when it was born: so a store that has lost an account shows none, or one far above what
 * any number of unanswered commands can have made of it.
 */
const lostBefore = (
  { operations }: Component,
  { order }: DeadEnd,
  stuck: Operation,
  words: Words
): string | undefined => {
  const unknown = operations.filter(({ answers }) => answers === undefined).length
  for (const [index, key] of stuck.keys.entries()) {
    const { revision, timeMs, used, reserved, account } = stuck.answers![index]!
    const told = order.map(({ operation }) => operation).filter((operation) => isChangeOf(operation, key))
    const last = told.at(-1)
    if (last === undefined) continue
    const before = last.answers![last.keys.indexOf(key)]!
    // By then at most so many ticks have expired and windows rolled besides.
    const most = before.revision + unknown + 2 * Math.ceil((timeMs - before.timeMs) / 1_000) + 2
    if (revision >= before.revision && (revision <= most || revision <= before.timeMs)) continue
    // Somebody was shown it afterwards: it was not gone, only not seen.
    const isSeenLater = operations.some(
      (other) => other.sentNs > stuck.sentNs && (placeOn(other, key)?.revision ?? 0) > before.revision
    )
    if (isRead(stuck) && isSeenLater) continue
    const isFall = revision < before.revision
    const gone = isFall ? told.filter((one) => placeOn(one, key)!.revision >= revision).length : told.length
    const numbers = `used ${used}, reserved ${reserved}${isFall && revision > 0 ? ", as it was some time before" : ", as if it were new"}`
    return `the store forgot what it had acknowledged. ${words.of(last)} was answered ${answerWords(last.outcome!)} and left ${account} at used ${before.used}, reserved ${before.reserved}; ${words.of(stuck)} was shown ${numbers}: ${gone} acknowledged changes of this account are gone`
  }
  return undefined
}

const isChangeOf = ({ outcome, keys }: Operation, key: string): boolean =>
  outcome !== undefined && outcome.granted && !outcome.replayed && outcome._tag !== "Found" && keys.includes(key)

/** Nothing could be next: what the answers show of the order is against the order in which they came. */
const contradiction = ({ operations }: Component, { order }: DeadEnd, words: Words): string => {
  const placed = new Set(order.map(({ operation }) => operation))
  const left = operations.filter((operation) => operation.answers !== undefined && !placed.has(operation))
  const first = left.toSorted((one, other) => one.answeredNs - other.answeredNs)[0]!
  for (const account of first.accounts) {
    const place = placeOn(first, keyOf(account))
    const before = left.find((other) => {
      const shown = placeOn(other, keyOf(account))
      return shown !== undefined && comparePlaces(shown, place!) < 0 && other.sentNs > first.answeredNs
    })
    if (before !== undefined)
      return `${words.of(before)} shows ${account.account} as it was before ${words.of(first)} (revision ${placeOn(before, keyOf(account))!.revision} against ${place!.revision}), but was sent after that was answered`
  }
  return `what the answers show of the order contradicts itself: ${words.of(first)} was answered first, and has no place`
}

const placeOn = ({ keys, answers }: Operation, key: string) => answers?.[keys.indexOf(key)]
