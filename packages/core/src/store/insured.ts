/**
 * A stated policy for when the store is down: admit nothing, or up to a bound per process, and charge it later.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import type { Command } from "../machine/command.ts"
import type { Outcome } from "../machine/outcome.ts"
import { readCommands } from "../machine/read-command.ts"
import { deadlineOf } from "../machine/time.ts"
import { checked } from "./checked.ts"
import { type CallError, NotAppliedError, type StoreError } from "./errors.ts"
import { Health } from "./health.ts"
import { coveredAnswer } from "./insured-answers.ts"
import { Cover, type Covered } from "./insured-cover.ts"
import { type AboutReservation, answerCovered, isAboutReservation, reservedBefore } from "./insured-covered.ts"
import { type InsuredOptions, readInsured } from "./insured-options.ts"
import { isDown, uncovered, wholeMs } from "./insured-send.ts"
import type { QuotaStore, Store } from "./port.ts"
import { readStore } from "./read-store.ts"

type Execute = QuotaStore["execute"]

/**
 * The store with a policy for the time that it is down: when a call fails as `NotApplied` or `OutcomeUnknown`.
 *
 * `whenDown: "deny"`: every call fails with the store's error, at once while the store is known to be down.
 *
 * `whenDown: "admit"`: a reserve that the store does not answer is admitted by this process, if it fits into `upTo`
 * (and `perAccount`, and the limit in code). Its answer says `insured: true`; through `createQuota` the reservation
 * says so, too. It counts against the bound until the store has been told how it ended, and what of it was above an
 * account's limit then, until the account is within its limit again. So what is overspent because the store was down
 * is at most `upTo` for each process, at any time and however often the store is down.
 *
 * - What does not fit fails with the store's error. It is no denial: nobody has looked at the limit.
 * - The ending of an insured reservation is sent to the store as a finalize that debits also what the store does not
 *   know, under the reservation's own id. So it is debited once, also where the reserve had arrived after all, and
 *   however often it is sent. While the store is down it fails, and a quota keeps it in its `journal` and sends it
 *   later. Who calls the store without a quota sends it again himself.
 * - A renewal hands the reservation over to the store, if that is back and has room; else it renews it here. Growth
 *   is decided by the store, or within the bound while it is down.
 * - What the store alone knows (what was used, a stored limit, a closed account) nobody knows while it is down.
 * - The journal must be this process's own, as `memoryJournal` and `fileJournal` are: of an ending that another one
 *   delivers this process does not hear, and goes on counting it.
 * - A process that dies while the store is down takes with it what it has admitted and not written into a journal.
 * - Of a count (`settle: "held"`) that the store never saw nothing is debited later; slots and amounts are exact.
 *
 * @throws InvalidInput naming the option, its range and the value
 *
 * @example
 * const store = insured(redisStore({ url }), { whenDown: "admit", upTo: { tokens: 50_000 }, perAccount: { tokens: 5_000 } })
 * const quota = createQuota({ store, journal: fileJournal({ folder }) })
 */
export const insured = (store: Store, options: InsuredOptions): QuotaStore => {
  const { bounds, retryAfterMs } = readInsured(options)
  const inner = readStore(store, "store")
  const send = watched(inner.execute, new Health(retryAfterMs))
  const execute = bounds === null ? send : coveredBy(new Cover(bounds), send)
  return {
    capabilities: inner.capabilities,
    execute: (commands) => checked(() => readCommands(commands), execute),
    usage: inner.usage,
    holds: inner.holds,
    sweep: inner.sweep,
    close: inner.close
  }
}

const monotonicMs: Effect.Effect<number> = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1e6)

/** Sends, unless the store is known to be down. */
const watched =
  (execute: Execute, health: Health): Execute =>
  (commands) =>
    Effect.flatMap(monotonicMs, (startMs) => {
      const sent = health.start(startMs)
      if (sent === undefined) return Effect.fail(new NotAppliedError(`the store is down (${health.reason})`))
      return Effect.onExit(execute(commands), (exit) =>
        Effect.map(monotonicMs, (nowMs) => {
          if (Exit.isSuccess(exit)) return health.answered()
          for (const reason of exit.cause.reasons)
            if (reason._tag === "Fail" && isDown(reason.error)) health.failed(sent, reason.error.reason, nowMs)
        })
      )
    })

const coveredBy = (cover: Cover, sent: Execute): Execute => {
  const send: Execute = (commands) =>
    Effect.tap(sent(commands), (outcomes) => Effect.sync(() => outcomes.forEach(({ accounts }) => cover.saw(accounts))))
  return (commands) => {
    const sendOne = (command: Command) => Effect.map(send([command]), ([outcome]) => outcome!)
    const answered = Effect.forEach(partsOf(cover, commands), ({ commands, covered }) => {
      const [first] = commands
      if (covered === undefined || first === undefined) return sendNew(send, cover, commands)
      return Effect.map(answerCovered(cover, covered, first as AboutReservation, sendOne), (outcome) => [outcome])
    })
    return Effect.map(answered, (outcomes) => outcomes.flat())
  }
}

interface CallPart {
  readonly commands: Array<Command>
  readonly covered: Covered | undefined
}

/** Commands about covered reservations one by one, and what lies between them together. */
const partsOf = (cover: Cover, commands: ReadonlyArray<Command>): ReadonlyArray<CallPart> => {
  const parts: Array<CallPart> = []
  for (const command of commands) {
    const covered = isAboutReservation(command) ? cover.get(command) : undefined
    const last = parts.at(-1)
    if (last !== undefined && last.covered === undefined && covered === undefined) last.commands.push(command)
    else parts.push({ commands: [command], covered })
  }
  return parts
}

/** To the store. If it is down, reserves are admitted here, all of them or none. */
const sendNew = (
  send: Execute,
  cover: Cover,
  commands: ReadonlyArray<Command>
): Effect.Effect<ReadonlyArray<Outcome>, CallError> =>
  send(commands).pipe(
    Effect.catch((error) => (isDown(error) ? admitAll(cover, commands, error) : Effect.fail(error))),
    Effect.flatMap((outcomes) => Effect.map(wholeMs, (nowMs) => outcomes.map(agreeing(cover, commands, nowMs))))
  )

/** The same reserve was admitted here while this one was under way: no answer may contradict that. */
const agreeing =
  (cover: Cover, commands: ReadonlyArray<Command>, nowMs: number) =>
  (outcome: Outcome, index: number): Outcome => {
    const command = commands[index]!
    const covered = command.kind === "reserve" && outcome._tag === "Denied" ? cover.get(command) : undefined
    if (covered === undefined || covered.isEnded) return outcome
    return coveredAnswer(cover, covered, command, { tag: "Granted", replayed: true }, nowMs)
  }

const admitAll = (
  cover: Cover,
  commands: ReadonlyArray<Command>,
  error: StoreError
): Effect.Effect<ReadonlyArray<Outcome>, CallError> =>
  Effect.flatMap(wholeMs, (nowMs) => {
    const reserves = commands.filter((command) => command.kind === "reserve")
    if (reserves.length < commands.length) return Effect.fail(error)
    const admitted: Array<Covered> = []
    const outcomes: Array<Outcome> = []
    for (const reserve of reserves) {
      const known = cover.get(reserve)
      if (known !== undefined) {
        outcomes.push(coveredAnswer(cover, known, reserve, reservedBefore(known, reserve), nowMs))
        continue
      }
      const covered = cover.admit(reserve, deadlineOf(nowMs, reserve.ttlMs))
      if (covered === undefined) {
        for (const one of admitted) cover.forget(one)
        return Effect.fail(uncovered(error))
      }
      admitted.push(covered)
      outcomes.push(coveredAnswer(cover, covered, reserve, { tag: "Granted", replayed: false }, nowMs))
    }
    return Effect.succeed(outcomes)
  })
