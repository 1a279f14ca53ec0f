/**
 * A store as users hand it over.
 */
import * as Effect from "effect/Effect"

import { readObject } from "../machine/check.ts"
import { InvalidInput } from "../machine/invalid-input.ts"
import type { QuotaStore } from "./port.ts"

/** A checked cast: an adapter gives a `QuotaStore`, whose types users without Effect do not see. */
export const readStore = (value: unknown, field: string): QuotaStore => {
  const fields = readObject(value, field, storeRange)
  for (const name of ["execute", "usage", "holds", "sweep"])
    if (typeof fields[name] !== "function")
      throw new InvalidInput(`${field}.${name}`, `a function: ${storeRange}`, fields[name])
  if (!Effect.isEffect(fields["close"]))
    throw new InvalidInput(`${field}.close`, `an effect: ${storeRange}`, fields["close"])
  return value as QuotaStore
}

const storeRange = "what memoryStore, redisStore, postgresStore or defineStore gives"
