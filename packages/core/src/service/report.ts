/**
 * Tells the observer, and counts.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

import type { Observer } from "./observer.ts"

/** The observer as a service. Default: nobody listens. */
export const QuotaObserver = Context.Reference<Observer>("@tallystick/core/service/QuotaObserver", {
  defaultValue: () => ({})
})

const counter = (name: string, description: string) =>
  Metric.counter(`tallystick_${name}_total`, { description, incremental: true })

/** The counters. None carries an account or a request id, so that their number has a bound. */
export const counters = {
  granted: counter("grants", "reservations granted"),
  denied: counter("denials", "reservations and growths denied"),
  overage: counter("overage", "endings that debited more than was held"),
  late: counter("late", "endings after the deadline"),
  unsettled: counter("unsettled", "endings that no account was debited for"),
  unmeasured: counter("unmeasured", "calls that ended without a usage report"),
  undecided: counter("undecided", "calls that went on although the store did not decide"),
  insured: counter("insured", "reservations that this process admitted by itself, the store being down"),
  lost: counter("lost", "reservations ended elsewhere while they ran")
}

/** What a quota itself reports; an estimate, which has no quota, tells its observer itself. */
type Reported = Exclude<keyof Observer, "unknownPrice">

/** Tells the observer, and counts. Never fails. */
export const report = <Kind extends Reported>(
  observer: Observer,
  kind: Kind,
  event: Parameters<NonNullable<Observer[Kind]>>[0]
): Effect.Effect<void> =>
  Effect.andThen(
    Metric.update(counters[kind], 1),
    Effect.sync(() => tell(observer, kind, event))
  )

const tell = <Kind extends Reported>(
  observer: Observer,
  kind: Kind,
  event: Parameters<NonNullable<Observer[Kind]>>[0]
): void => {
  try {
    const heard = (observer as Readonly<Record<Kind, ((event: unknown) => unknown) | undefined>>)[kind]?.(event)
    // One that rejects would end the process as an unhandled rejection.
    if (isThenable(heard)) heard.then(undefined, () => {})
  } catch {
    // It is told, not asked.
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function"
