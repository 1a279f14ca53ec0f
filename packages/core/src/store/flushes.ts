/**
 * The flushes of `batched`: what waits, what is under way, and who gets which answer.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"

import type { Command } from "../machine/command.ts"
import type { Outcome } from "../machine/outcome.ts"
import { BatchQueue } from "./batch-queue.ts"
import { afterReplies } from "./deadline.ts"
import { isGone, sendApart } from "./flush-apart.ts"
import { answerAll, cannotBeRead, count } from "./flush-answers.ts"
import {
  type Answer,
  commandsOf,
  type Flight,
  flightOf,
  itemsOf,
  type Prepare,
  type Request,
  requestOf
} from "./flush-request.ts"
import { Pace, type PaceBounds } from "./pace.ts"
import { type CallError, NotAppliedError, OutcomeUnknownError } from "./errors.ts"

export interface Bounds extends PaceBounds {
  readonly maxFlushes: number
  readonly maxWaiting: number
  /** Those who are answered together may leave together again: see `#answer`. */
  readonly regroups: boolean
}

/** Calls `passed` at the deadline of a call that begins now; what it gives ends that. */
export type StartDeadline = (passed: () => void) => () => void

/** How many commands wait, in all flushes that share a bound. */
export interface Waiting {
  commands: number
}

/**
 * Where an account is in one flush at a time, two flushes that take turns spare the store the wait for the client, but each costs it something however small it
 * is: Postgres some 300 us, where a command takes 20.
 */
const WORTH_A_TURN = 100

export class Flushes {
  readonly #prepare: Prepare
  readonly #bounds: Bounds
  readonly #startDeadline: StartDeadline | undefined
  readonly #waiting: Waiting
  readonly #queue: BatchQueue<Request>
  readonly #pace: Pace
  /** Those who were just answered come back first. */
  #isHeld = false
  /** What came back meanwhile. */
  readonly #arrivals: Array<() => void> = []

  constructor(prepare: Prepare, bounds: Bounds, startDeadline?: StartDeadline, waiting: Waiting = { commands: 0 }) {
    this.#prepare = prepare
    this.#bounds = bounds
    this.#startDeadline = startDeadline
    this.#waiting = waiting
    this.#queue = new BatchQueue(bounds.isOrdered)
    this.#pace = new Pace(bounds)
  }

  /** Nothing waits and nothing is under way. */
  get isIdle(): boolean {
    return this.#pace.inFlight === 0 && this.#queue.isEmpty
  }

  /** @param items commands that have been read */
  execute(items: ReadonlyArray<Command>): Answer {
    return Effect.contextWith((services: Context.Context<never>) =>
      Effect.callback<ReadonlyArray<Outcome>, CallError>((resume) => {
        const waits = this.#waiting.commands
        const { maxWaiting } = this.#bounds
        if (waits > 0 && waits + items.length > maxWaiting) return resume(Effect.fail(tooMany(waits, maxWaiting)))
        const request = requestOf(items, services, resume)
        this.#add(request)
        this.#flush()
        if (request.isWaiting) {
          request.endDeadline = this.#startDeadline?.(() => this.#giveUp(request))
          this.#getReady(request)
        }
        // Gone before it left: it is not sent. Gone later: it takes its effect with the others, and nobody hears of it.
        return Effect.sync(() => this.#leave(request))
      })
    )
  }

  /** Sends what can go. A flush is nobody's own: whoever is interrupted, it goes on while anybody waits for it. */
  #flush(): void {
    if (this.#isHeld) return
    const { maxFlushes } = this.#bounds
    while (this.#pace.inFlight < maxFlushes && !this.#queue.isEmpty) {
      const share = this.#pace.share(this.#queue.commands)
      if (share === undefined) return this.#pace.watch(() => this.#flush())
      const batch = this.#queue.take(share)
      if (batch.length === 0) return
      this.#depart(flightOf(batch))
    }
  }

  #depart(flight: Flight): void {
    const batch = flight.batch.filter(({ isWaiting }) => isWaiting)
    const [first] = batch
    if (first === undefined) return this.#queue.done(flight.batch)
    this.#pace.departed(flight)
    flight.callers = batch.length
    for (const request of batch) request.isWaiting = false
    const commands = commandsOf(batch)
    this.#waiting.commands -= commands
    count(commands, this.#waiting.commands, first.services)
    // A store that throws instead of failing does so inside: its callers hear of it, and its accounts are free again.
    const send = Effect.suspend(() => flight.ready ?? this.#prepare(itemsOf(batch)))
    let hasReply = false
    // The next one is sent in the turn in which it leaves (a pool hands its connection out at the end of that turn), and this one is read in the turn after.
    const readLater = (read: Answer): Answer => {
      hasReply = true
      return this.#sendNext(flight) ? Effect.andThen(Effect.yieldNow, read) : read
    }
    const fiber = Effect.runForkWith(first.services)(Effect.flatMap(send, readLater))
    flight.fiber = fiber
    fiber.addObserver((exit) => {
      if (batch.length > 1 && cannotBeRead(exit, hasReply)) return this.#sendApart(batch, flight)
      flight.fiber = undefined
      this.#sendNext(flight)
      this.#arrived(() => {
        this.#landed(flight)
        this.#answer(batch, exit)
      })
    })
  }

  /**
   * Makes the flush ready that leaves when the one is answered for which this request waits: so the store is at work again before the client has read its
   * answer. The account is in one flush at a time all the same. Two that take turns share what is known in halves. It takes the place of the one before it.
   */
  #getReady({ accounts }: Request): void {
    const { maxBytes, maxCommands, maxFlushes } = this.#bounds
    const least = Math.min(WORTH_A_TURN, maxCommands)
    for (const account of accounts) {
      const waits = this.#queue.commandsOf(account)
      if (waits < least) continue
      const before = this.#queue.batchOf(account)?.[0]?.flight
      if (before?.fiber === undefined || before.next !== undefined) continue
      if (waits < Math.min(maxCommands, before.commands)) continue
      // Others may wait for a place, which this one would take again and again before their turn.
      if (this.#pace.inFlight >= maxFlushes && waits < this.#queue.commands) continue
      const half = Math.ceil((waits + before.commands) / 2)
      const batch = this.#queue.take(
        { maxCommands: Math.min(maxCommands, Math.max(half, least)), maxBytes },
        before.batch
      )
      if (batch.length === 0) continue
      before.next = flightOf(batch)
      try {
        before.next.ready = this.#prepare(itemsOf(batch))
      } catch {
        // It will throw again when the flush leaves, and then its callers hear of it.
      }
    }
  }

  /** @returns whether there was one */
  #sendNext(flight: Flight): boolean {
    const { next } = flight
    if (next === undefined) return false
    flight.next = undefined
    this.#depart(next)
    return true
  }

  /** The store's own deadline is that of one trip, and here are several. */
  #sendApart(batch: ReadonlyArray<Request>, flight: Flight): void {
    for (const request of batch) request.endDeadline ??= this.#startDeadline?.(() => this.#giveUp(request))
    flight.fiber = sendApart(batch, flight, this.#prepare)
    flight.fiber.addObserver(() => {
      flight.fiber = undefined
      this.#sendNext(flight)
      this.#landed(flight)
      this.#flush()
    })
  }

  #landed(flight: Flight): void {
    this.#pace.landed(flight)
    this.#queue.done(flight.batch)
  }

  /**
   * Of several callers that are answered at once, many call again at once. Would the first of them leave alone, the others waited a whole flush for it: so
   * nothing leaves until they have had their turn, one turn of the event loop. One who is alone never waits for it; and where a full flush waits already, it
   * leaves first, so that the store is at work while the answers are told.
   */
  #answer(batch: ReadonlyArray<Request>, exit: Exit.Exit<ReadonlyArray<Outcome>, CallError>): void {
    if (this.#queue.commands >= this.#bounds.maxCommands) this.#flush()
    if (batch.length === 1 || !this.#bounds.regroups) {
      answerAll(batch, exit)
      return this.#flush()
    }
    this.#isHeld = true
    answerAll(batch, exit)
    Effect.runForkWith(batch[0]!.services)(Effect.yieldNow).addObserver(() => {
      this.#isHeld = false
      this.#flush()
      this.#tellNext()
    })
  }

  /**
   * Two flushes that come back together are told one after the other, so that what the first one's callers call next is at the server while the second is
   * told. Told together they also left together, and client and server waited for each other by turns: seen in a trace of Redis with 64 callers, where both answers came within 1 us.
   */
  #arrived(tell: () => void): void {
    this.#arrivals.push(tell)
    this.#tellNext()
  }

  /** Up to the first one after which something is held: when that has had its turn, it goes on here. */
  #tellNext(): void {
    while (!this.#isHeld) {
      const tell = this.#arrivals.shift()
      if (tell === undefined) return
      tell()
    }
  }

  #add(request: Request): void {
    this.#waiting.commands += request.commands
    this.#queue.add(request)
  }

  #leave(request: Request): void {
    request.endDeadline?.()
    request.endDeadline = isGone
    const { flight } = request
    if (!request.isWaiting) {
      if (flight !== undefined && --flight.callers === 0) flight.fiber?.interruptUnsafe()
      return
    }
    request.isWaiting = false
    this.#waiting.commands -= request.commands
    if (flight !== undefined) {
      // What was made ready holds it, too.
      flight.ready = undefined
      return
    }
    this.#queue.remove(request)
    // Whoever stood behind it may have been waiting for it alone.
    this.#flush()
  }

  #giveUp(request: Request): void {
    const end = (error: CallError): void => {
      request.resume(Effect.fail(error))
      this.#leave(request)
    }
    // At once: in the turn in which replies are read it would leave, long after its deadline.
    if (request.isWaiting)
      end(new NotAppliedError("the call waited for others until its deadline: the store does not keep up"))
    else {
      request.endDeadline?.()
      request.endDeadline = afterReplies(() => end(new OutcomeUnknownError("no answer by the deadline")))
    }
  }
}

const tooMany = (waits: number, most: number): NotAppliedError =>
  new NotAppliedError(
    `${waits} commands wait already, and at most ${most} may (maxWaiting): the store does not keep up; call again later, or ask less of it`
  )
