/**
 * Where new request ids come from: a service, so that a simulated world can give the same ones again.
 */
import * as Context from "effect/Context"

export interface IdSource {
  /** 1 to 240 characters, never twice the same. */
  readonly next: () => string
}

/** Default: random UUIDs. */
export const RequestIds = Context.Reference<IdSource>("@tallystick/core/service/RequestIds", {
  defaultValue: () => ({ next: () => crypto.randomUUID() })
})
