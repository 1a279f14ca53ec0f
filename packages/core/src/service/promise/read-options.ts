/**
 * Checks what `createQuota` takes, and makes a layer of it.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { InvalidInput } from "../../machine/invalid-input.ts"
import { QuotaStore, type Store } from "../../store/port.ts"
import { readObject, refuseOtherKeys } from "../check.ts"
import { RequestIds } from "../identifier.ts"
import { QuotaJournal } from "../journal.ts"
import { QuotaObserver } from "../report.ts"
import { readSettings, settingNames, type Settings } from "../settings.ts"
import type { QuotaClock, QuotaOptions } from "./options.ts"

export interface ReadOptions {
  readonly settings: Settings
  readonly store: QuotaStore
  readonly layer: Layer.Layer<QuotaStore>
  readonly closesStore: boolean
}

const keys = ["store", "observer", "journal", "newId", "clock", "layer", "closesStore", ...settingNames]

/** Checks the options; throws `InvalidInput` that names the one. */
export const readOptions = (options: QuotaOptions): ReadOptions => {
  const fields = readObject(options, "options")
  refuseOtherKeys(fields, "", keys)
  const store = readStore(options.store)
  return {
    settings: readSettings(fields),
    store,
    layer: layerOf(options, store),
    closesStore: options.closesStore ?? true
  }
}

/** The one checked cast: an adapter gives a `QuotaStore`, whose types users without Effect do not see. */
const readStore = (store: Store): QuotaStore => {
  const fields = readObject(store, "store", storeRange)
  for (const name of ["execute", "usage", "holds", "sweep"])
    if (typeof fields[name] !== "function")
      throw new InvalidInput(`store.${name}`, `a function: ${storeRange}`, fields[name])
  if (!Effect.isEffect(fields["close"]))
    throw new InvalidInput("store.close", `an effect: ${storeRange}`, fields["close"])
  return store as QuotaStore
}

const storeRange = "what memoryStore, redisStore, postgresStore or defineStore gives"

const layerOf = (options: QuotaOptions, store: QuotaStore): Layer.Layer<QuotaStore> => {
  const own: Array<Layer.Layer<never>> = []
  if (options.observer !== undefined) own.push(Layer.succeed(QuotaObserver, options.observer))
  if (options.newId !== undefined) own.push(Layer.succeed(RequestIds, { next: options.newId }))
  if (options.clock !== undefined) own.push(Layer.succeed(Clock.Clock, clockOf(options.clock)))
  if (options.journal !== undefined) own.push(Layer.succeed(QuotaJournal, options.journal) as Layer.Layer<never>)
  if (options.layer !== undefined) own.push(readLayer(options.layer))
  return own.reduce<Layer.Layer<QuotaStore>>(
    (all, layer) => Layer.provideMerge(all, layer),
    Layer.succeed(QuotaStore, store)
  )
}

const readLayer = (layer: object): Layer.Layer<never> => {
  if (isLayer(layer)) return layer
  throw new InvalidInput("layer", "a Layer of Effect", layer)
}

// What it needs and how it fails cannot be seen at run time.
const isLayer = (layer: object): layer is Layer.Layer<never> => Layer.isLayer(layer)

const clockOf = (clock: QuotaClock): Clock.Clock => {
  const nowMs = () => clock.nowMs()
  const nowNanos = () => BigInt(Math.round(clock.nowMs() * 1_000)) * 1_000n
  return {
    currentTimeMillisUnsafe: nowMs,
    currentTimeMillis: Effect.sync(nowMs),
    currentTimeNanosUnsafe: nowNanos,
    currentTimeNanos: Effect.sync(nowNanos),
    monotonicTimeNanosUnsafe: nowNanos,
    monotonicTimeNanos: Effect.sync(nowNanos),
    sleep: (duration) =>
      Effect.callback<void>((resume) => {
        const cancel = clock.after(Duration.toMillis(duration), () => resume(Effect.void))
        return Effect.sync(cancel)
      })
  }
}
