/**
 * What a step says, for the timeline and the page alike.
 */
import type { AccountAnswer } from "@tallystick/core/machine"

import { timeWords } from "../oracle/words.ts"
import type { Step } from "./model.ts"

/** Without the name of its own lane, which stands beside it. */
export const stepText = ({ lane, text }: Step): string =>
  text.startsWith(`${lane} `) ? text.slice(lane.length + 1) : text

/** `a`, or `a (day)`: two limits of one id differ by their windows only. */
export const accountName = ({ account, window }: AccountAnswer): string => {
  switch (window.kind) {
    case "none":
      return account
    case "fixed":
      return `${account} (${timeWords(window.lengthMs)})`
    case "idle":
      return `${account} (idle ${timeWords(window.idleMs)})`
    case "calendar":
      return `${account} (${window.every})`
  }
}

/** `a used 4 held 3 of 10` */
export const accountNumbers = (answer: AccountAnswer): string => {
  const name = accountName(answer)
  return answer.known
    ? `${name} used ${answer.used} held ${answer.reserved} of ${answer.limit ?? "no limit"}`
    : `${name} has no limit`
}

/** Those accounts of each step whose numbers are others than they were last shown. */
export const changedAccounts = (steps: ReadonlyArray<Step>): ReadonlyArray<ReadonlyArray<AccountAnswer>> => {
  const last = new Map<string, string>()
  return steps.map(({ accounts }) =>
    accounts.filter((answer) => {
      const numbers = accountNumbers(answer)
      const isChanged = last.get(accountName(answer)) !== numbers
      last.set(accountName(answer), numbers)
      return isChanged
    })
  )
}
