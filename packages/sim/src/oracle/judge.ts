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
import { expectedOf, explain } from "./orders.ts"
import { sameAccount, sameOutcome } from "./same.ts"
import { checkHoldSums, checkPassing } from "./state.ts"
import { Sent } from "./who.ts"
import type { Who } from "./who.ts"

export class Judge {
  /** What took effect, in order: for the Book, and to run it again. */
  readonly log: Array<Executed> = []
  readonly #asked: Asked
  readonly #numberOf: NumberOf
  readonly #newBook: () => Oracle
  readonly #lives: Lives
  #book: Oracle
  #snapshot: Snapshot | undefined = undefined
  /** What the Book says of the accounts at the time of the snapshot. */
  #expected: Array<AccountAnswer> = []
  /** The last command was a repeat, as the Book says. */
  #isRepeat = false

  constructor(newBook: () => Oracle, settings: Settings, numberOf: NumberOf, asked: Asked) {
    this.#newBook = newBook
    this.#numberOf = numberOf
    this.#asked = asked
    this.#lives = new Lives(settings)
    this.#book = newBook()
  }

  /** Calls that the store has answered, none of them under way any more, and its state after them. More than one: they overlapped. */
  executed(calls: ReadonlyArray<Executed>, after: Snapshot): void {
    const isAlone = calls.length === 1 && this.#snapshot?.nowMs === calls[0]!.nowMs
    const before: Array<AccountAnswer | undefined> = isAlone ? [...this.#snapshot!.accounts] : []
    const ordered = isAlone ? calls : calls.toSorted((left, right) => left.reading - right.reading)
    for (const call of ordered) this.#direct(call, before)
    const last = ordered.at(-1)!
    const who = new Sent(last.lane, last.commands.at(-1)!)
    checkHoldSums(this.#asked, after, who)
    const isSameTime = isAlone && after.nowMs === calls[0]!.nowMs
    this.#compare(ordered, isSameTime ? after : undefined)
    if (!isSameTime) this.#expected = [...(this.#book.usage(after.refs, after.nowMs) ?? [])]
    this.#compareState(after, who)
    this.#snapshot = after
  }

  /** Time passed, or somebody read. */
  passed(after: Snapshot, who: Who): void {
    const before = this.#snapshot
    this.#snapshot = after
    this.#isRepeat = false
    if (before?.nowMs === after.nowMs) this.#checkRead(before, after, who)
    else {
      if (before !== undefined) checkPassing(this.#asked, before, after, who)
      this.#expected = [...(this.#book.usage(after.refs, after.nowMs) ?? [])]
    }
    checkHoldSums(this.#asked, after, who)
    this.#compareState(after, who)
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

  #compare(calls: ReadonlyArray<Executed>, after: Snapshot | undefined): void {
    const expected = expectedOf(this.#book, calls)
    const wrong = firstWrong(calls, expected)
    this.#isRepeat = calls.length === 1 && expected[0]!.at(-1)!.replayed
    if (wrong === undefined) {
      this.log.push(...calls)
      if (after !== undefined) this.#expect(calls[0]!, expected[0]!, after)
    } else {
      const explained = calls.length > 1 ? explain(calls, () => this.#bookAgain()) : undefined
      if (explained === undefined) throw this.#attribute(calls, wrong, expected)
      this.log.push(...explained.calls)
      this.#book = explained.book
    }
    for (const call of calls) this.#asked[9]! += call.commands.length
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

  #bookAgain(): Oracle {
    const book = this.#newBook()
    expectedOf(book, this.log)
    return book
  }

  #attribute(
    calls: ReadonlyArray<Executed>,
    [call, index]: readonly [number, number],
    expected: ReadonlyArray<ReadonlyArray<Outcome>>
  ): Violation {
    const { commands, outcomes, lane } = calls[call]!
    const command = commands[index]!
    this.#isRepeat = expected[call]![index]!.replayed
    return attributeOutcome(
      expected[call]![index]!,
      outcomes[index]!,
      this.#circumstances(new Sent(lane, command), command, calls)
    )
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
      const holds = after.holds[account]
      if (holds === undefined) continue
      const ref = after.refs[account]!
      const wrong = attributeHolds(ref.account, this.#book.holds(ref, after.nowMs), holds, who)
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

const firstWrong = (
  calls: ReadonlyArray<Executed>,
  expected: ReadonlyArray<ReadonlyArray<Outcome>>
): readonly [call: number, command: number] | undefined => {
  for (const [call, { outcomes }] of calls.entries()) {
    for (const [index, outcome] of expected[call]!.entries())
      if (!sameOutcome(outcome, outcomes[index]!)) return [call, index]
  }
  return undefined
}
