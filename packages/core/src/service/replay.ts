/**
 * Sends again what the journal keeps.
 */
import * as Effect from "effect/Effect"

import { DEFAULT_LONGEST_CALL_MS, DEFAULT_SETTLED_RETENTION_MS } from "../machine/constants.ts"
import { isPassing } from "./call.ts"
import { inBackground } from "./background.ts"
import type { Ending } from "./ending.ts"
import { currentMs, type Environment } from "./environment.ts"
import { attempt, type JournalEntry } from "./journal.ts"
import { judge, tryEnding, unsettled } from "./try-ending.ts"

/** What a replay did. */
export interface ReplayReport {
  /** Entries that the store has answered, or that were reported as too old: they are no longer in the journal. */
  readonly delivered: number
  /** Entries that are still in it. */
  readonly kept: number
}

/** How many entries one replay takes. */
export const REPLAY_SIZE = 1_000

/** The first wait before the journal is replayed by itself; it doubles up to the last. */
const FIRST_WAIT_MS = 1_000
const LAST_WAIT_MS = 60_000

/** Replays once. Delivering an entry twice debits once: its id has one ending. */
export const replay = (env: Environment): Effect.Effect<ReplayReport, Error> =>
  env.replaying.withPermits(1)(
    Effect.gen(function* () {
      const entries = yield* attempt(() => env.journal.pending(REPLAY_SIZE), env.settings.callTimeoutMs)
      let delivered = 0
      for (const entry of entries) {
        const done = yield* replayEntry(env, entry)
        if (done === "delivered") delivered += 1
        // The store is still away: the others would only wait for the same deadline.
        if (done === "away") break
      }
      return { delivered, kept: entries.length - delivered }
    })
  )

const replayEntry = Effect.fnUntraced(function* (env: Environment, { ending }: JournalEntry) {
  if (isTooOld(env, ending, yield* currentMs)) yield* unsettled(env, ending, { kind: "undecidable" }, false)
  else {
    const tried = yield* Effect.result(tryEnding(env, ending))
    if (tried._tag === "Failure") return isPassing(tried.failure) ? "away" : "kept"
    yield* judge(env, ending, tried.success)
  }
  const removed = yield* Effect.result(attempt(() => env.journal.remove(ending.id), env.settings.callTimeoutMs))
  env.releasing.delete(ending.id)
  return removed._tag === "Success" ? "delivered" : "kept"
})

/**
 * A charge whose answer was lost may have been counted, and is remembered for so long; after that it is reported, since
 * to send it might count it again. A finalize says itself how old it is, and the store decides.
 */
const isTooOld = ({ store }: Environment, ending: Ending, nowMs: number): boolean => {
  const retentionMs = store.capabilities.settledRetentionMs ?? DEFAULT_SETTLED_RETENTION_MS
  return ending.kind === "charge" && nowMs - ending.knownAtMs >= retentionMs - DEFAULT_LONGEST_CALL_MS
}

/** Replays in the background until the journal is empty, with growing waits. One such loop per quota. */
export const replayLater = (env: Environment): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (env.replayPlanned || env.closed) return Effect.void
    env.replayPlanned = true
    return Effect.asVoid(inBackground(env, replayUntilEmpty(env)))
  })

const replayUntilEmpty = (env: Environment) =>
  Effect.gen(function* () {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LAST_WAIT_MS, waitMs * 2)) {
      yield* Effect.sleep(waitMs)
      const replayed = yield* Effect.result(replay(env))
      if (replayed._tag === "Success" && replayed.success.kept === 0) return
    }
  }).pipe(
    Effect.ensuring(
      Effect.sync(() => {
        env.replayPlanned = false
      })
    )
  )
