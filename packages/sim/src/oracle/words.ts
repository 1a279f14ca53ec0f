/**
 * Commands, answers and times in words: for timelines and for the sentences that say why.
 */
import type { Command, Outcome, Refusal, Window, WindowName } from "@tallystick/core/machine"

/** `10 s`, `1.5 s`, `61 min`: the largest unit that leaves at most one decimal. */
export const timeWords = (ms: number): string => {
  const size = Math.abs(ms)
  for (const [unit, length] of units) {
    if (size >= length && Number.isInteger((size * 10) / length)) return `${ms / length} ${unit}`
  }
  return `${ms} ms`
}

const units: ReadonlyArray<readonly [string, number]> = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000]
]

export const windowWords = (window: Window | WindowName): string => {
  switch (window.kind) {
    case "none":
      return ""
    case "fixed":
      return ` per ${timeWords(window.lengthMs)}`
    case "idle":
      return ` idle ${timeWords(window.idleMs)}`
    case "calendar":
      return ` per ${window.every} in ${window.timeZone}`
  }
}

/** `reserve r1: 5 of a, 3 of b for 10 s`. */
export const commandWords = (command: Command): string => {
  const head = `${command.kind} ${command.id}`
  switch (command.kind) {
    case "reserve":
      return `${head}: ${list(command.legs, (leg) => `${leg.amount} of ${leg.account}${settleWords(leg.settle)}`)} for ${timeWords(command.ttlMs)}`
    case "extend": {
      const policy = command.whenUnknown === undefined ? "" : `, ${command.whenUnknown}`
      const renewal = command.ttlMs === undefined ? "" : ` for ${timeWords(command.ttlMs)}`
      return `${head}: ${list(command.legs, (leg) => `${leg.account}${numberWords(leg)}`)}${renewal}${policy}`
    }
    case "finalize": {
      const how = `${command.overage === "cap" ? ", capped" : ""}${command.ifUnknown === "charge" ? `, charge if unknown (first sent ${timeWords(command.sentAgoMs)} ago)` : ""}`
      return `${head}: ${list(command.legs, (leg) => (leg.actual === undefined ? leg.account : `${leg.actual} of ${leg.account}`))}${how}`
    }
    case "charge":
      return `${head}: ${list(command.legs, (leg) => `${leg.amount} of ${leg.account}`)}`
    case "release":
    case "lookup":
      return `${head}: ${list(command.legs, (leg) => leg.account)}`
    case "adjust": {
      const { adjustment } = command
      const what =
        "amount" in adjustment
          ? ` ${adjustment.amount}`
          : "limit" in adjustment
            ? ` ${adjustment.limit ?? "unlimited"}`
            : ""
      return `${command.id}: ${adjustment.kind}${what} on ${command.legs[0].account}`
    }
  }
}

const list = <A>(items: ReadonlyArray<A>, words: (item: A) => string): string => items.map(words).join(", ")

const settleWords = (settle: string): string => (settle === "actual" ? "" : ` (${settle})`)

const numberWords = ({
  total,
  measured
}: {
  readonly total?: number | undefined
  readonly measured?: number | undefined
}): string => `${total === undefined ? "" : ` to ${total}`}${measured === undefined ? "" : ` measured ${measured}`}`

/** `granted`, `denied (limit): a has 2 of 10 left`. */
export const answerWords = (outcome: Outcome): string => {
  const tag = outcome._tag[0]!.toLowerCase() + outcome._tag.slice(1)
  const replayed = outcome.replayed ? ", replayed" : ""
  switch (outcome._tag) {
    case "Denied":
      return `denied (${outcome.reason}): ${list(outcome.refusals, refusalWords)}`
    case "Extended":
      return outcome.denial === null
        ? `extended${replayed}`
        : `extended, growth denied (${outcome.denial.reason}): ${list(outcome.denial.refusals, refusalWords)}`
    case "Conflict":
      return `conflict (${outcome.reason})`
    case "NotApplied":
      return `not applied (${outcome.reason})`
    case "Finalized":
    case "Released": {
      const late = outcome.legs.some((leg) => leg.late) ? ", late" : ""
      const overage = outcome.legs.reduce((sum, leg) => sum + leg.overage, 0)
      return `${tag}${late}${overage > 0 ? `, ${overage} above the hold` : ""}${replayed}`
    }
    default:
      return `${tag}${replayed}`
  }
}

const refusalWords = ({ account, left, limit }: Refusal): string =>
  limit === null ? account : `${account} has ${left ?? "unlimited"} of ${limit} left`
