/**
 * Makes the service.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Tracer from "effect/Tracer"

import type { InvalidInput } from "../machine/invalid-input.ts"
import { QuotaStore } from "../store/port.ts"
import { readObject, refuseOtherKeys } from "./check.ts"
import { checked } from "./checked.ts"
import type { Environment } from "./environment.ts"
import { RequestIds } from "./identifier.ts"
import { memoryJournal, QuotaJournal } from "./journal.ts"
import { serviceOf } from "./operations.ts"
import { Quota } from "./quota.ts"
import { QuotaObserver } from "./report.ts"
import { readSettings, settingNames, type Settings, type SettingsInput } from "./settings.ts"
import { shutdown } from "./shutdown.ts"
import { makeCalendar } from "./window.ts"

/**
 * A quota over the store of its context. With the scope it ends what is still open, as interrupted: whoever used it
 * has ended by then.
 *
 * Journal (`QuotaJournal`), observer (`QuotaObserver`) and ids (`RequestIds`) may be provided; the clock is Effect's.
 */
export const layer = (options: SettingsInput<Settings> = {}): Layer.Layer<Quota, InvalidInput, QuotaStore> =>
  Layer.effect(
    Quota,
    Effect.gen(function* () {
      const settings = yield* checked(() => {
        const fields = readObject(options, "options")
        refuseOtherKeys(fields, "", settingNames)
        return readSettings(fields)
      })
      const env = yield* makeEnvironment(settings)
      yield* Effect.addFinalizer(() => shutdown(env, 0))
      return Quota.of(serviceOf(env))
    })
  )

/** What all operations share, from the services of the context; observer, journal and ids have defaults. */
export const makeEnvironment = (settings: Settings): Effect.Effect<Environment, never, QuotaStore | Scope.Scope> =>
  Effect.gen(function* () {
    const journal = yield* Effect.serviceOption(QuotaJournal)
    const ids = yield* RequestIds
    return {
      store: yield* QuotaStore,
      settings,
      observer: yield* QuotaObserver,
      journal: Option.getOrElse(journal, () => memoryJournal()),
      newId: () => ids.next(),
      calendar: makeCalendar(),
      // A heartbeat is no child of the span that built the quota.
      context: Context.omit(Tracer.ParentSpan)(yield* Effect.context()),
      scope: yield* Effect.scope,
      settling: new Set(),
      turns: new Set(),
      heartbeats: new Map(),
      releasing: new Set(),
      replaying: Semaphore.makeUnsafe(1),
      closed: false,
      replayPlanned: false
    }
  })
