/**
 * Where new request ids come from: a service, so that a simulated world can give the same ones again.
 */
import * as Context from "effect/Context"

import { readText } from "./check.ts"

/** Room for what is appended to make further ids: `~32`, `~observed`. */
const MAX_REQUEST_ID_LENGTH = 240

/** A request's id that a caller gave. */
export const readRequestId = (value: unknown): string => readText(value, "requestId", MAX_REQUEST_ID_LENGTH)

export interface IdSource {
  /** 1 to 240 characters, never twice the same. */
  readonly next: () => string
}

/** Default: random UUIDs. */
export const RequestIds = Context.Reference<IdSource>("@tallystick/core/service/RequestIds", {
  defaultValue: () => ({ next: () => crypto.randomUUID() })
})
