/**
 * Opens a turn.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { Span } from "effect/Tracer"

import { InvalidInput } from "../machine/invalid-input.ts"
import type { AccountAnswer, Denied, Granted } from "../machine/outcome.ts"
import { type KeptQuote, readKeptQuotes } from "../pricing/kept-quote.ts"
import type { CallError } from "../store/errors.ts"
import { admit, type Restore } from "./admit.ts"
import { readObject, refuseOtherKeys } from "./check.ts"
import { tried } from "./checked.ts"
import { type Denial, denialOf, type Refused } from "./denial.ts"
import { end } from "./end.ts"
import { clockOf, type Environment, isWithinTransaction, msOf } from "./environment.ts"
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

/** What an opening goes on with behind the store's answer. */
interface Opening {
  readonly env: Environment
  readonly span: Span
  readonly asked: Asked
  readonly fiber: Fiber.Fiber<unknown, unknown>
  readonly knownAtMs: number
  readonly watched: OpenSignal
}

/** Opens a turn, or denies it. To be called where interruption is masked: what it gives must be kept. */
export const openTurn = (
  env: Environment,
  restore: Restore,
  span: Span,
  request: OpenRequest,
  watched: OpenSignal
): Effect.Effect<Opened | Denial, OpenError> =>
  Effect.withFiber((fiber) => {
    if (env.closed) return Effect.fail(new QuotaClosed())
    const asked = tried(() => readRequest(env, request))
    if (asked instanceof InvalidInput) return Effect.fail(asked)
    const { part, requestId, settings } = asked
    span.attribute("tallystick.request_id", requestId)
    const opening = { env, span, asked, fiber, knownAtMs: msOf(clockOf(fiber)), watched }
    const undoes = env.settings.enforce ? "failure" : "interruption"
    return Effect.matchEffect(admit(env, restore, requestId, part, settings.ttlMs, undoes), {
      onSuccess: (outcome) => {
        span.attribute("tallystick.granted", outcome.granted)
        return outcome._tag === "Granted" ? granted(opening, outcome) : denied(opening, outcome)
      },
      onFailure: (error) => undecided(opening, error)
    })
  })

const granted = (opening: Opening, outcome: Granted): Effect.Effect<Opened> => {
  const { env, span } = opening
  const turn = begin(opening, held)
  const opened = { turn, accounts: outcome.accounts }
  return Effect.flatMap(startHeartbeat(env, turn), () => {
    turn.insured = outcome.insured === true
    return turn.insured ? Effect.as(reportInsured(env, span, turn), opened) : Effect.succeed(opened)
  })
}

const denied = (opening: Opening, outcome: Denied): Effect.Effect<Opened | Denial> => {
  const { env, span, asked } = opening
  return Effect.map(deny(env, span, asked.requestId, outcome, outcome.accounts), (denial) =>
    env.settings.enforce
      ? denial
      : { turn: begin(opening, { _tag: "observed", refused: outcome }), accounts: outcome.accounts }
  )
}

/** The store did not decide: an error, or (where nothing is enforced) a turn that is not held. */
const undecided = (opening: Opening, error: CallError | QuotaConflict): Effect.Effect<Opened, OpenError> => {
  const { env, asked } = opening
  if (env.settings.enforce || error._tag === "InvalidInput" || isFailed(env, error))
    return Effect.fail(error._tag === "InvalidInput" ? limitsError(error) : error)
  return Effect.map(report(env.observer, "undecided", { requestId: asked.requestId, error }), () => {
    const standing: Standing =
      error._tag === "QuotaConflict" ? { _tag: "observed", refused: null } : { _tag: "undecided" }
    return { turn: begin(opening, standing), accounts: [] }
  })
}

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

const begin = ({ env, asked, fiber, knownAtMs, watched }: Opening, standing: Standing): Turn => {
  const turn = newTurn(asked, standing, knownAtMs)
  env.turns.add(turn)
  watch(env, turn, watched.signal, watched.endsOnAbort)
  counters.granted.updateUnsafe(1, fiber.context)
  return turn
}

/** Hands a turn over, as `given`, to a caller that may have been interrupted meanwhile: then it is ended, since nobody will. */
export const handOver = <A>(env: Environment, restore: Restore, opened: Opened | Denial, given: A): Effect.Effect<A> =>
  Effect.onExit(restore(Effect.succeed(given)), (exit) =>
    "turn" in opened && Exit.isFailure(exit) ? Effect.asVoid(end(env, opened.turn, "interrupted")) : Effect.void
  )
