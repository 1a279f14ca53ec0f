/**
 * Opens a turn.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { Span } from "effect/Tracer"

import type { AccountAnswer } from "../machine/outcome.ts"
import { type KeptQuote, readKeptQuotes } from "../pricing/kept-quote.ts"
import type { CallError } from "../store/errors.ts"
import { admit, type Restore } from "./admit.ts"
import { readObject, refuseOtherKeys } from "./check.ts"
import { checked } from "./checked.ts"
import { type Denial, denialOf, type Refused } from "./denial.ts"
import { end } from "./end.ts"
import { clockOf, currentFiber, type Environment, isWithinTransaction, msOf } from "./environment.ts"
import { QuotaClosed, type QuotaConflict } from "./errors.ts"
import { startHeartbeat } from "./heartbeat.ts"
import { readRequestId } from "./identifier.ts"
import { limitsError, readLimits } from "./leg.ts"
import type { Amounts, Limit } from "./limit.ts"
import { counters, report } from "./report.ts"
import { newPart } from "./part.ts"
import { readTurnSettings, type SettingsInput, turnSettingNames, type TurnSettings } from "./settings.ts"
import { type Asked, newTurn, type Standing, type Turn } from "./turn.ts"
import { watch } from "./watch.ts"

/** What `open` and `guard` take. */
export interface OpenRequest extends SettingsInput<TurnSettings> {
  /**
   * 1 to 240 characters. The same id with the same limits and estimate gets the same reservation, so that a repeat of
   * a request holds nothing twice. Default: a new one.
   */
  readonly requestId?: string | undefined
  /** 1 to 16. The call must fit into all of them; else nothing is held. */
  readonly limits: ReadonlyArray<Limit>
  /**
   * What the call uses at most, by unit: each limit holds the amount of its unit. `requests` and `streams` are 1
   * unless given.
   */
  readonly estimate?: Amounts | undefined
  /**
   * The rates that the estimate goes by (`quote` of an estimate): `turn.quote` gives the same at its end, whatever the
   * catalogue says then. Up to 100.
   */
  readonly quotes?: ReadonlyArray<KeptQuote> | undefined
}

export type OpenError = CallError | QuotaConflict | QuotaClosed

/** A turn that is open, with the accounts as they were when it began. */
export interface Opened {
  readonly turn: Turn
  readonly accounts: ReadonlyArray<AccountAnswer>
}

const requestKeys = ["requestId", "limits", "estimate", "quotes", "signal", ...turnSettingNames]

const readRequest = (env: Environment, request: unknown): Asked => {
  const fields = readObject(request, "options")
  refuseOtherKeys(fields, "", requestKeys)
  const given = fields["requestId"]
  const requestId = given === undefined ? env.newId() : readRequestId(given)
  return {
    requestId,
    part: newPart(requestId, readLimits(fields["limits"], fields["estimate"]), {}),
    estimated: Object.keys((fields["estimate"] as Amounts | undefined) ?? {}),
    settings: readTurnSettings(fields, env.settings),
    quotes: readKeptQuotes(fields["quotes"], "quotes")
  }
}

/** How `open` treats its caller's signal: `guard` ends its turn itself. */
export interface OpenSignal {
  readonly signal: AbortSignal | undefined
  readonly endsOnAbort: boolean
}

/** Opens a turn, or denies it. To be called where interruption is masked: what it gives must be kept. */
export const openTurn = Effect.fnUntraced(function* (
  env: Environment,
  restore: Restore,
  span: Span,
  request: OpenRequest,
  watched: OpenSignal
): Effect.fn.Return<Opened | Denial, OpenError> {
  if (env.closed) return yield* Effect.fail(new QuotaClosed())
  const asked = yield* checked(() => readRequest(env, request))
  span.attribute("tallystick.request_id", asked.requestId)
  const fiber = yield* currentFiber
  const knownAtMs = msOf(clockOf(fiber))
  const { part } = asked
  const undoes = env.settings.enforce ? "failure" : "interruption"
  const decided = yield* Effect.result(admit(env, restore, asked.requestId, part, asked.settings.ttlMs, undoes))
  if (decided._tag === "Failure") {
    const error = decided.failure
    if (env.settings.enforce || error._tag === "InvalidInput" || isFailed(env, error))
      return yield* Effect.fail(error._tag === "InvalidInput" ? limitsError(error) : error)
    yield* report(env.observer, "undecided", { requestId: asked.requestId, error })
    const standing: Standing =
      error._tag === "QuotaConflict" ? { _tag: "observed", refused: null } : { _tag: "undecided" }
    return { turn: begin(env, fiber, asked, standing, knownAtMs, watched), accounts: [] }
  }
  const outcome = decided.success
  span.attribute("tallystick.granted", outcome.granted)
  if (outcome._tag === "Granted") {
    const turn = begin(env, fiber, asked, held, knownAtMs, watched)
    yield* startHeartbeat(env, turn)
    turn.insured = outcome.insured === true
    if (turn.insured) yield* reportInsured(env, span, turn)
    return { turn, accounts: outcome.accounts }
  }
  const denial = yield* deny(env, span, asked.requestId, outcome, outcome.accounts)
  if (env.settings.enforce) return denial
  const standing: Standing = { _tag: "observed", refused: outcome }
  return { turn: begin(env, fiber, asked, standing, knownAtMs, watched), accounts: outcome.accounts }
})

/** An error has failed the caller's transaction: nothing goes on in it. */
const isFailed = (env: Environment, error: OpenError): boolean =>
  isWithinTransaction(env) && error._tag !== "QuotaConflict"

const deny = Effect.fnUntraced(function* (
  env: Environment,
  span: Span,
  requestId: string,
  refused: Refused,
  accounts: ReadonlyArray<AccountAnswer>
) {
  const denial = denialOf(requestId, refused, { accounts })
  span.attribute("tallystick.reason", refused.reason)
  yield* report(env.observer, "denied", { requestId, denial, during: "open", enforced: env.settings.enforce })
  return denial
})

const reportInsured = (env: Environment, span: Span, turn: Turn): Effect.Effect<void> => {
  span.attribute("tallystick.insured", true)
  const amounts = Object.fromEntries(turn.parts.flatMap(({ legs }) => legs.map(({ unit, amount }) => [unit, amount])))
  return report(env.observer, "insured", { requestId: turn.requestId, amounts })
}

const held: Standing = { _tag: "held" }

const begin = (
  env: Environment,
  { context }: Fiber.Fiber<unknown, unknown>,
  asked: Asked,
  standing: Standing,
  knownAtMs: number,
  watched: OpenSignal
): Turn => {
  const turn = newTurn(asked, standing, knownAtMs)
  env.turns.add(turn)
  watch(env, turn, watched.signal, watched.endsOnAbort)
  counters.granted.updateUnsafe(1, context)
  return turn
}

/** Hands a turn over to a caller that may have been interrupted meanwhile: then it is ended, since nobody will. */
export const handOver = (env: Environment, restore: Restore, opened: Opened | Denial): Effect.Effect<Opened | Denial> =>
  Effect.onExit(restore(Effect.succeed(opened)), (exit) =>
    "turn" in opened && Exit.isFailure(exit) ? Effect.asVoid(end(env, opened.turn, "interrupted")) : Effect.void
  )
