/**
 * Predicates on one answer, from the store's own numbers before and after and the history of the id: they need no Book, and say why in its own words.
 *
 * The order is that of attribution: what an id debited twice is I12 before it is a repeat that changed something (I6) or a sum that is off (I2, I3).
 */
import type { AccountAnswer, Command, Outcome } from "@tallystick/core/machine"

import { checkAdmission, checkDenial } from "./admission.ts"
import type { Asked } from "./checks.ts"
import type { Who } from "./who.ts"
import { must, Violation } from "./checks.ts"
import { checkLegs } from "./legs.ts"
import { isNew } from "./judged.ts"
import type { Judged } from "./judged.ts"
import { hasEnded, mostOf } from "./lives.ts"
import type { Lives } from "./lives.ts"
import { checkLegNumbers, checkNumbers } from "./numbers.ts"
import { checkSums } from "./sums.ts"

/** All that one answer must satisfy. Throws the first violation. `before` is by account, and becomes what is after. */
export const checkOutcome = (
  asked: Asked,
  lives: Lives,
  command: Command,
  outcome: Outcome,
  accounts: ReadonlyArray<number>,
  before: Array<AccountAnswer | undefined>,
  who: Who
): void => {
  if (outcome.accounts.length !== command.legs.length) return // not applied: there is nothing to say of the accounts
  const isRepeat = lives.effective.get(command)
  if (outcome.legs.length === command.legs.length && command.legs.length > 1)
    checkLegs(asked, command, outcome, accounts, before, who)
  if (outcome._tag === "Denied" && outcome.reason === "limit")
    checkDenial(asked, command, outcome, accounts, before, who)
  for (let position = 0; position < command.legs.length; position++) {
    const account = accounts[position]!
    const after = outcome.accounts[position]!
    const leg = outcome.legs[position]
    checkNumbers(after, who)
    if (after.used > 0 || after.reserved > 0) asked[7]!++
    if (leg === undefined) {
      checkAdjusted(lives, command, outcome, account, before[account], after, who)
    } else {
      checkLegNumbers(leg, who)
      const life = lives.find(account, command.id, after.timeMs)
      const judged: Judged = {
        who,
        command,
        outcome,
        position,
        account,
        before: usable(before[account], after),
        after,
        leg,
        life
      }
      checkAdmission(asked, lives, judged)
      checkRepeat(asked, lives, judged, isRepeat?.[position])
      checkSums(asked, judged)
      checkHistory(asked, judged)
      remember(lives, judged)
    }
    before[account] = after
  }
  if (isNew(outcome) && command.kind !== "lookup")
    lives.effective.set(
      command,
      outcome.accounts.map((after) => after.timeMs)
    )
}

/** Numbers of an unknown account are zeros, and a roll starts them anew: neither can be compared. */
const usable = (before: AccountAnswer | undefined, after: AccountAnswer): AccountAnswer | undefined => {
  if (before === undefined || before.timeMs !== after.timeMs || !after.known || !before.known) return undefined
  must(
    before.period === after.period,
    "I11",
    () => `${after.account} went from window ${before.period} to ${after.period} while no time passed`
  )
  return before
}

/** I12, then I6: what took effect once does so no more. */
const checkRepeat = (asked: Asked, lives: Lives, judged: Judged, sinceMs: number | undefined): void => {
  const { before, after, who, life, command } = judged
  if (before === undefined) return
  const delta = after.used - before.used
  if (life !== undefined && command.kind !== "lookup") {
    const total = life.debited + delta
    const most = Math.max(life.most, judged.outcome.granted ? mostOf(command, judged.position, judged.leg) : 0)
    if (life.debited > 0) asked[12]!++
    must(
      delta <= 0 || life.debited === 0 || total <= most,
      "I12",
      () =>
        `${who.words} debited ${delta} of ${after.account} where ${command.id} had debited ${life.debited} before: its one actual is at most ${most}`
    )
  }
  if (sinceMs === undefined || !lives.isRemembered(sinceMs, after.timeMs) || command.kind === "extend") return
  asked[6]!++
  if (before.used === after.used && before.reserved === after.reserved && before.revision === after.revision) return
  const numbers = ({ used, reserved, revision }: AccountAnswer): string =>
    `used ${used}, reserved ${reserved}, revision ${revision}`
  throw new Violation(
    "I6",
    `${who.words} is a repeat, but changed ${after.account} from ${numbers(before)} to ${numbers(after)}`
  )
}

/** I4: an id that has ended stays as it ended, and one that is held is not admitted again. */
const checkHistory = (asked: Asked, { who, command, outcome, leg, life, after }: Judged): void => {
  if (life === undefined) return
  asked[4]!++
  if (hasEnded(life.state)) {
    must(
      leg.state === life.state,
      "I4",
      () => `${who.words} found ${command.id} ${leg.state} on ${leg.account}, but it was ${life.state} before`
    )
  } else if (life.state === "held" && after.timeMs < life.untilMs) {
    const isAgain = isNew(outcome) && (command.kind === "reserve" || command.kind === "charge")
    must(
      !isAgain,
      "I4",
      () => `${who.words} was answered ${outcome._tag} as new, but ${command.id} is held on ${leg.account} already`
    )
  }
}

const remember = (lives: Lives, { command, outcome, position, account, leg, life, before, after }: Judged): void => {
  if (leg.state === "none" || leg.state === "marked") return lives.forget(account, command.id)
  const untilMs = leg.expiresInMs === null ? after.timeMs : after.timeMs + leg.expiresInMs
  const { kind } = command
  // A lookup that finds an id begins nothing.
  const isBegun = isNew(outcome) && (kind === "reserve" || kind === "charge" || (kind === "finalize" && leg.unreserved))
  const known = life === undefined || isBegun ? lives.begin(account, command.id, leg.state, untilMs) : life
  // Where the command names no limit its account shows zeros, but the leg still says what its ending debited.
  if (before === undefined && !hasEnded(known.state) && hasEnded(leg.state)) known.debited = leg.debited
  if (known.state !== leg.state || leg.state === "held") {
    known.state = leg.state
    // An expired hold is kept from its deadline on, which is known already.
    if (leg.state !== "expired" || life === undefined) known.untilMs = untilMs
  }
  if (leg.late && known.debits === 0) known.debits = 1
  if (before !== undefined && after.used > before.used) known.debits++
  if (before !== undefined) known.debited += after.used - before.used
  if (outcome.granted) known.most = Math.max(known.most, mostOf(command, position, leg))
}

/** An adjustment moves `used` only by a reset, `reserved` never. */
const checkAdjusted = (
  lives: Lives,
  command: Command,
  outcome: Outcome,
  account: number,
  earlier: AccountAnswer | undefined,
  after: AccountAnswer,
  who: Who
): void => {
  if (command.kind !== "adjust") return
  const { kind } = command.adjustment
  const before = usable(earlier, after)
  if (before !== undefined) {
    const used = kind === "reset" && isNew(outcome) ? 0 : before.used
    must(
      after.used === used,
      "I3",
      () => `${who.words} left ${after.account} with used ${after.used}, but should leave ${used}`
    )
    must(
      after.reserved === before.reserved,
      "I2",
      () => `${who.words} moved reserved of ${after.account} from ${before.reserved} to ${after.reserved}`
    )
  }
  if (!isNew(outcome)) return
  if (kind === "close") lives.closed.add(account)
  if (kind === "reopen") lives.closed.delete(account)
}
