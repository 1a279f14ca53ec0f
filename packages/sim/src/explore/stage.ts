/**
 * The store's side of a run: calls begin and end here, and whenever none is under way the judge sees answers and state.
 */
import type { AccountRef, Command, Outcome, Settings } from "@tallystick/core/machine"
import type { CallError, Hold, QuotaStore } from "@tallystick/core/store"
import * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import { Violation } from "../oracle/checks.ts"
import type { Asked } from "../oracle/checks.ts"
import type { Judge } from "../oracle/judge.ts"
import type { Executed, Snapshot } from "../oracle/oracle.ts"
import { commandWords, timeWords } from "../oracle/words.ts"
import type { Who } from "../oracle/who.ts"
import type { InvariantId } from "../report/model.ts"
import type { Message } from "../workload/client.ts"
import type { SequenceHash } from "../workload/hash.ts"
import type { Seen } from "../workload/seen.ts"
import type { Call } from "../world/call.ts"
import type { Waiting, World } from "../world/world.ts"
import { endless, isNotApplied, readFailed, valueOf } from "./ends.ts"
import type { RunCoverage } from "./coverage.ts"
import type { History } from "./history.ts"
import type { Executing, Opened } from "./opened.ts"
import type { Timeline } from "./timeline.ts"

export interface Parts {
  readonly world: World
  readonly store: QuotaStore
  readonly judge: Judge
  readonly seen: Seen
  readonly settings: Settings
  readonly startMs: number
  readonly coverage: RunCoverage
  readonly hash: SequenceHash
  readonly timeline: Timeline | null
  readonly history: History
  readonly asked: Asked
  readonly on: ReadonlySet<InvariantId>
}

const MAX_HOLDS = 1_000

export class Stage {
  readonly parts: Parts
  /** Calls that are under way. */
  readonly opened: Array<Opened> = []
  /** Answers that the judge has not seen, since calls are under way. */
  #pending: Array<Executed & { readonly begun: number }> = []
  #begun = 0
  /** When the accounts were last read. */
  #readMs = -1
  readonly #touched = new Set<number>()
  /** Calls were under way together since the last search for their order. */
  #hasOverlap = false
  /** A call stopped inside the store: so what happened cannot be run again one call after the other. */
  hasStopped = false
  isEnding = false
  /** A call failed that should not have: what it did cannot be run again. */
  hasFailed = false
  /** Sees the outcomes of the next call before the judge does. */
  onOutcomes: ((outcomes: ReadonlyArray<Outcome>) => void) | undefined = undefined
  /** Every call that was answered, in order: to run them again, where none overlapped. */
  readonly answered: Array<Executed> = []
  /** By then every hold so far has expired, on any account: none runs behind the world's clock. */
  lastDeadlineMs = 0
  readonly #onAnswer: (message: Message, outcomes: ReadonlyArray<Outcome>) => void

  constructor(parts: Parts, onAnswer: (message: Message, outcomes: ReadonlyArray<Outcome>) => void) {
    this.parts = parts
    this.#onAnswer = onAnswer
  }

  get isQuiet(): boolean {
    return this.opened.length === 0
  }

  /** The store gets a request. `slow`: it runs only until its first yield, if it can be stopped there. */
  *execute(message: Message, isSlow: boolean): Waiting<void> {
    const { world, store, hash, asked } = this.parts
    hash.message(message)
    asked[10]!++
    const call = world.begin(store.execute(message.commands))
    const opened: Opened = { message, call, begun: this.#begun++ }
    if (this.#isStopped(opened, isSlow)) return
    if (call.exit === undefined) yield* this.#finish(call, message)
    this.#complete(opened)
    if (!this.isQuiet) this.#collect()
    yield* this.judge()
  }

  /** The operator reads all accounts, also beside calls that are under way. `slow`: as above. */
  *readBeside(isSlow: boolean): Waiting<void> {
    const { world, store, seen, history } = this.parts
    const refs = seen.refsAt(world.nowMs)
    const sent = history.instant()
    const call = world.begin(store.usage(refs))
    const opened: Opened = { message: undefined, call, refs, sent }
    if (this.#isStopped(opened, isSlow)) return
    if (call.exit === undefined) yield* this.#finish(call, undefined)
    this.#complete(opened)
    if (!this.isQuiet) this.#collect()
    yield* this.judge()
  }

  /** Whether it stays where it stopped, so that others go on meanwhile. */
  #isStopped(opened: Opened, isSlow: boolean): boolean {
    if (!this.isQuiet) this.#hasOverlap = true
    if (!isSlow || !this.parts.world.isInProcess || opened.call.exit !== undefined) return false
    this.opened.push(opened)
    this.hasStopped = true
    return true
  }

  /** A call that stopped goes on: for some steps, or (0) to its end. */
  *goOn(opened: Opened, steps: number): Waiting<void> {
    if (steps > 0) this.parts.world.advance<unknown, unknown>(opened.call, steps)
    else yield* this.#finish(opened.call, opened.message)
    this.#collect()
    yield* this.judge()
  }

  /**
   * I10: it ends, whatever the order of its legs and whoever has the locks, and lets no more time pass than a call may take. Time that passes while it is
   * stopped is the world's, not its own.
   */
  *#finish(call: Call<unknown, unknown>, message: Message | undefined): Waiting<void> {
    const { world, settings } = this.parts
    const sinceMs = world.nowMs
    if (!(yield* world.finish(call))) throw endless(message, "never ended: nothing in the store can go on")
    const tookMs = world.nowMs - sinceMs
    if (tookMs > settings.longestCallMs)
      throw endless(message, `took ${timeWords(tookMs)}: a call may take ${timeWords(settings.longestCallMs)}`)
  }

  /** Calls that have ended, whoever made them go on. */
  #collect(): void {
    for (let index = 0; index < this.opened.length;) {
      const opened = this.opened[index]!
      if (opened.call.exit === undefined) index++
      else {
        this.opened.splice(index, 1)
        this.#complete(opened)
      }
    }
  }

  #complete(opened: Opened): void {
    if (opened.message !== undefined) return this.#executed(opened)
    const { call, refs, sent } = opened
    const exit = call.exit!
    // Where a read may be refused, as outside of its windows, nothing was seen.
    if (Exit.isSuccess(exit)) this.parts.history.read(sent, refs, exit.value, this.#timeOf(call).nowMs)
    else if (!isNotApplied(exit.cause)) throw readFailed(exit.cause)
  }

  /** The moment at which a call counts. */
  #timeOf(call: Call<unknown, CallError>): { readonly nowMs: number; readonly reading: number } {
    if (call.reading > 0) return { nowMs: call.readMs, reading: call.reading }
    if (call.woken > 0) return { nowMs: call.wokenMs, reading: call.woken }
    return { nowMs: this.parts.world.nowMs, reading: this.parts.world.readings }
  }

  #executed({ message, call, begun }: Executing): void {
    const exit = call.exit!
    const { coverage, timeline, world, seen, history } = this.parts
    if (Exit.isFailure(exit)) {
      // Nothing happened, so there is nothing to say: the client hears nothing, and the state must be what it was.
      if (isNotApplied(exit.cause)) return
      this.hasFailed = true
      throw new Violation(
        "I9",
        `${message.lane}'s ${message.commands.map(commandWords).join("; ")} failed: ${Cause.pretty(exit.cause).split("\n")[0]}`
      )
    }
    const outcomes = exit.value
    const accounts = accountsOf(message.commands, seen)
    for (const account of accounts) this.#touched.add(account)
    const { lane, commands } = message
    const { nowMs, reading } = this.#timeOf(call)
    this.#pending.push({ lane, commands, outcomes, nowMs, reading, begun })
    history.executed(message, outcomes, nowMs)
    for (const command of message.commands) {
      if ((command.kind === "reserve" || command.kind === "extend") && command.ttlMs !== undefined)
        this.lastDeadlineMs = Math.max(this.lastDeadlineMs, world.nowMs + command.ttlMs + 1_000)
    }
    coverage.executed(message.client, accounts, outcomes)
    timeline?.answered(outcomes)
    this.#onAnswer(message, outcomes)
    this.onOutcomes?.(outcomes)
  }

  /** Shows the judge all answers it has not seen, once no call is under way. */
  *judge(): Waiting<void> {
    if (!this.isQuiet) return
    const broken = this.#hasOverlap ? this.#disorder() : undefined
    this.#hasOverlap = false
    try {
      yield* this.#judge()
    } catch (error) {
      // Both broke at once: one of them may be off.
      const isOff = error instanceof Violation && !this.parts.on.has(error.invariant)
      throw isOff && broken !== undefined ? broken : error
    }
    if (broken !== undefined) throw broken
  }

  /** All answers until now, as far as they are not too many. */
  search(): void {
    const broken = this.#disorder()
    if (broken !== undefined) throw broken
  }

  #disorder(): Violation | undefined {
    return this.parts.history.check(this.parts.settings, this.parts.asked)
  }

  *#judge(): Waiting<void> {
    if (this.#pending.length === 0) return
    const calls = this.#pending.toSorted((left, right) => left.begun - right.begun)
    this.#pending = []
    this.answered.push(...calls)
    const after = yield* this.#snapshot(this.#touched)
    this.#touched.clear()
    this.parts.judge.executed(calls, after)
  }

  /** Time passed, or somebody read: the judge looks at every account. Not while a call is under way: what it sees half done is not yet true. */
  *look(who: Who, isThorough: boolean): Waiting<void> {
    if (!this.isQuiet) return
    this.parts.judge.passed(yield* this.#snapshot(undefined), who, isThorough)
  }

  /** Reads the accounts that were touched; all of them if time has passed since they were last read, or nobody says which. */
  *#snapshot(touched: ReadonlySet<number> | undefined): Waiting<Snapshot> {
    const { world, store, seen, timeline } = this.parts
    const { nowMs } = world
    const isSameTime = nowMs === this.#readMs
    const refs = seen.refsAt(nowMs)
    const accounts = [...seen.state]
    const holds: Array<ReadonlyArray<Hold> | undefined> = []
    const wanted: Array<number> = []
    for (let index = 0; index < refs.length; index++)
      if (touched === undefined || !isSameTime || touched.has(index)) wanted.push(index)
    // A scenario whose calls never reached the store.
    if (wanted.length === 0) return { nowMs, refs, accounts, holds }
    const usage = world.begin(store.usage(wanted.map((index) => refs[index]!)))
    const answers = usage.exit === undefined ? yield* this.#finished(usage) : valueOf(usage.exit)
    for (let at = 0; at < wanted.length; at++) accounts[wanted[at]!] = answers[at]!
    for (const index of wanted) {
      const page = world.begin(store.holds(refs[index]!, { limit: MAX_HOLDS }))
      holds[index] = (page.exit === undefined ? yield* this.#finished(page) : valueOf(page.exit)).items
    }
    this.#readMs = nowMs
    seen.state = accounts
    for (const index of wanted) seen.holds[index] = holds[index]!
    timeline?.saw(touched === undefined ? accounts : answers)
    return { nowMs, refs, accounts, holds }
  }

  /** Gives back what the store opened. */
  *closed(): Waiting<void> {
    const { world, store } = this.parts
    yield* world.finish(world.begin(store.close))
  }

  /** Reads, sweeps: whatever is no command. */
  *read<A>(effect: Effect.Effect<A, CallError>): Waiting<A> {
    const call = this.parts.world.begin(effect)
    return call.exit === undefined ? yield* this.#finished(call) : valueOf(call.exit)
  }

  /** Not on the path of a store that never yields: each generator costs as much as a small check. */
  *#finished<A>(call: Call<A, CallError>): Waiting<A> {
    this.parts.asked[10]!++
    yield* this.#finish(call, undefined)
    return valueOf(call.exit!)
  }
}

const accountsOf = (commands: ReadonlyArray<Command>, seen: Seen): ReadonlyArray<number> => {
  const accounts: Array<number> = []
  for (const command of commands)
    for (const leg of command.legs as ReadonlyArray<AccountRef>) accounts.push(seen.numberOf(leg))
  return accounts
}
