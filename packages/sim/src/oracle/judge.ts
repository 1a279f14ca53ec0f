/**
 * Judges one run: every answer and every state of the store, by predicates of its own first, then against the Book. Throws the first violation.
 */
import type { AccountAnswer, Command, Outcome, Settings } from "@tallystick/core/machine"

import { attributeAccount, attributeHolds, attributeOutcome } from "./attribute.ts"
import type { Circumstances } from "./attribute.ts"
import { must, Violation } from "./checks.ts"
import type { Asked } from "./checks.ts"
import { checkOutcome } from "./direct.ts"
import { Lives } from "./lives.ts"
import { checkNumbers } from "./numbers.ts"
import type { Executed, NumberOf, Oracle, Snapshot } from "./oracle.ts"
import { sameAccount, sameOutcome } from "./same.ts"
import { checkHoldSums, checkPassing } from "./state.ts"
import { Sent } from "./who.ts"
import type { Who } from "./who.ts"

export class Judge {
  readonly #asked: Asked
  readonly #numberOf: NumberOf
  readonly #lives: Lives
  readonly #book: Oracle
  #snapshot: Snapshot | undefined = undefined
  /** What the Book says of the accounts at the time of the snapshot. */
  #expected: Array<AccountAnswer> = []
  /** The last command was a repeat, as the Book says. */
  #isRepeat = false

  constructor(book: Oracle, settings: Settings, numberOf: NumberOf, asked: Asked) {
    this.#numberOf = numberOf
    this.#asked = asked
    this.#lives = new Lives(settings)
    this.#book = book
  }

  /**
   * Calls that the store has answered, none of them under way any more, and its state after them.
   *
   * More than one: they overlapped. They count in the order in which they read their clock. A store reads it once, after its locks, so that is the order
   * in which they took effect, also for a store that waits between; one that reads it before its locks breaks the rules of the machine, and is found.
   */
  executed(calls: ReadonlyArray<Executed>, after: Snapshot): void {
    const ordered = calls.length === 1 ? calls : calls.toSorted((left, right) => left.reading - right.reading)
    let nowMs = this.#snapshot?.nowMs
    let before: Array<AccountAnswer | undefined> = [...(this.#snapshot?.accounts ?? [])]
    let isSameTime = after.nowMs === nowMs
    for (const call of ordered) {
      // What time did in between nobody has seen.
      if (call.nowMs !== nowMs) [before, nowMs, isSameTime] = [[], call.nowMs, false]
      this.#direct(call, before)
    }
    const last = ordered.at(-1)!
    const who = new Sent(last.lane, last.commands.at(-1)!)
    checkHoldSums(this.#asked, after, who)
    this.#compare(ordered, isSameTime ? after : undefined)
    if (!isSameTime) this.#readBook(after)
    this.#compareState(after, who)
    this.#snapshot = after
  }

  #readBook({ refs, nowMs }: Snapshot): void {
    this.#expected = [...(this.#book.usage(refs, nowMs) ?? [])]
  }

  /** Time passed, or somebody read. */
  passed(after: Snapshot, who: Who, isThorough: boolean): void {
    const before = this.#snapshot
    this.#snapshot = after
    this.#isRepeat = false
    if (before?.nowMs === after.nowMs) this.#checkRead(before, after, who)
    else {
      if (before !== undefined) checkPassing(this.#asked, before, after, who)
      this.#readBook(after)
    }
    checkHoldSums(this.#asked, after, who)
    this.#compareState(after, who)
    if (isThorough) this.#compareHolds(after, who)
  }

  /** I14: the same question at the same time has the same answer. */
  #checkRead(before: Snapshot, after: Snapshot, who: Who): void {
    for (const [index, seen] of before.accounts.entries()) {
      const now = after.accounts[index]!
      if (seen.revision > 0) this.#asked[14]!++
      must(
        sameAccount(seen, now),
        "I14",
        () => `${who.words} changed nothing, but ${seen.account} was ${words(seen)} before and is ${words(now)}`
      )
    }
  }

  #direct({ lane, commands, outcomes }: Executed, before: Array<AccountAnswer | undefined>): void {
    for (const [index, command] of commands.entries()) {
      const outcome = outcomes[index]
      const who = new Sent(lane, command)
      if (outcome === undefined) throw new Violation("I9", `${who.words} was not answered`)
      checkOutcome(this.#asked, this.#lives, command, outcome, command.legs.map(this.#numberOf), before, who)
    }
  }

  /** Every answer against the Book. */
  #compare(calls: ReadonlyArray<Executed>, after: Snapshot | undefined): void {
    for (const call of calls) {
      const expected = this.#book.execute(call.commands, call.nowMs)
      this.#asked[9]! += expected.length
      for (const [index, outcome] of expected.entries()) {
        this.#isRepeat = outcome.replayed
        if (!sameOutcome(outcome, call.outcomes[index]!)) throw this.#attribute(call, index, outcome, calls)
      }
      if (after !== undefined) this.#expect(call, expected, after)
    }
  }

  /** What the Book says of the accounts after a command it has just said, where the command named them as the state does. */
  #expect({ commands }: Executed, expected: ReadonlyArray<Outcome>, after: Snapshot): void {
    for (const [index, command] of commands.entries()) {
      for (const [position, leg] of command.legs.entries()) {
        const account = this.#numberOf(leg)
        const ref = after.refs[account]!
        const answer = expected[index]!.accounts[position]
        const isSame =
          answer !== undefined && leg.limit === ref.limit && leg.warnAt === undefined && leg.window === ref.window
        this.#expected[account] = isSame ? answer : this.#book.usage([ref], after.nowMs)![0]!
      }
    }
  }

  #attribute(
    { commands, outcomes, lane }: Executed,
    index: number,
    expected: Outcome,
    calls: ReadonlyArray<Executed>
  ): Violation {
    const command = commands[index]!
    const circumstances = this.#circumstances(new Sent(lane, command), command, calls)
    return attributeOutcome(expected, outcomes[index]!, circumstances)
  }

  #compareState(after: Snapshot, who: Who): void {
    for (const [account, expected] of this.#expected.entries()) {
      const actual = after.accounts[account]
      const command = who instanceof Sent ? who.command : undefined
      if (actual === undefined)
        throw new Violation("I9", `after ${who.words} the store shows no account ${expected.account}`)
      if (this.#lives.closed.has(account)) this.#asked[13]!++
      checkNumbers(actual, who)
      if (!sameAccount(expected, actual))
        throw attributeAccount(expected, actual, this.#circumstances(who, command, []))
    }
  }

  /** Hold by hold. Not after every message: the Book reads an account again for it, and their sum was just compared. */
  #compareHolds(after: Snapshot, who: Who): void {
    for (const [account, ref] of after.refs.entries()) {
      const holds = after.holds[account]
      const wrong =
        holds === undefined ? undefined : attributeHolds(ref.account, this.#book.holds(ref, after.nowMs), holds, who)
      if (wrong !== undefined) throw wrong
    }
  }

  #circumstances(who: Who, command: Command | undefined, calls: ReadonlyArray<Executed>): Circumstances {
    const rivals = calls
      .flatMap(({ commands }) => commands)
      .filter((other) => other.id === command?.id && other.kind !== "reserve")
    const leg = (account: string) => command?.legs.find((leg) => leg.account === account)
    return {
      who,
      isRepeat: this.#isRepeat,
      isDebited: (account) => {
        const named = leg(account)
        if (command === undefined || command.kind === "adjust" || named === undefined) return false
        return rivals.length > 1 || (this.#lives.find(this.#numberOf(named), command.id, 0)?.debits ?? 0) > 1
      }
    }
  }
}

const words = ({ used, reserved, revision, period, timeMs }: AccountAnswer): string =>
  `used ${used}, reserved ${reserved}, revision ${revision}, window ${period}, time ${timeMs}`
