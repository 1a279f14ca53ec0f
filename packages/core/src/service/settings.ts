/**
 * What can be set, with its defaults and bounds.
 */
import type { Overage, WhenUnknown } from "../machine/command.ts"
import { DEFAULT_LONGEST_CALL_MS, GRID_MS, MAX_TTL_MS } from "../machine/constants.ts"
import { InvalidInput } from "../machine/invalid-input.ts"
import { type Fields, readAmount, readChoice } from "./check.ts"

/** A minute: a process that died blocks what it held for so long, and a heartbeat every 20 s is no load. */
export const DEFAULT_TTL_MS = 60_000

/**
 * Ten seconds: longer than a failover of Redis or Postgres needs to refuse a connection, shorter than most people
 * wait.
 */
export const DEFAULT_CALL_TIMEOUT_MS = 10_000

/** Half a minute of trying to deliver an ending; then it goes to the journal. */
export const DEFAULT_SETTLE_WITHIN_MS = 30_000

/** An hour: a reservation that nobody ended is renewed no longer than this, and expires. */
export const DEFAULT_RENEW_FOR_MS = 3_600_000

/** Five seconds after an abort for the holder to say what it used. */
export const DEFAULT_ABORT_GRACE_MS = 5_000

/** How often a hold is renewed within its ttl: two renewals in a row may be lost. */
export const BEATS_PER_TTL = 3

/** Settings of one turn, which `open` and `guard` may set as well. */
export interface TurnSettings {
  /** How long a hold lives without a heartbeat: 1,000 to 86,400,000 ms. Default 60,000. */
  readonly ttlMs: number
  /** For how long the heartbeat renews at most: 1 ms to 30 days. Default one hour. */
  readonly renewForMs: number
  /** What a call costs if nobody ever says: default `charge-measured`. */
  readonly whenUnknown: WhenUnknown
  /** What of an actual above its hold is debited: default `debit`, all of it. */
  readonly overage: Overage
}

/** Settings of a quota. */
export interface Settings extends TurnSettings {
  /**
   * Default true. false: only observes. Each call is decided as ever: what fits is held and ends as ever. What would
   * be denied is reported (`denied`, with `enforced: false`) and goes on without a hold, so that it changes no other
   * decision while it runs; its end charges what it used, and counts its request. What the store does not decide
   * (`undecided`) goes on as well. Only `InvalidInput` still rejects.
   */
  readonly enforce: boolean
  /** Every call to the store ends by then: 1 to 60,000 ms. Default 10,000. */
  readonly callTimeoutMs: number
  /** How long the delivery of an ending is tried: 0 to 600,000 ms. Default 30,000. */
  readonly settleWithinMs: number
  /** How long after an abort a holder may still say what it used: 0 to 60,000 ms. Default 5,000. */
  readonly abortGraceMs: number
}

/** Settings as they are given: all of them optional. */
export type SettingsInput<A> = { readonly [Key in keyof A]?: A[Key] | undefined }

export const defaultSettings: Settings = {
  ttlMs: DEFAULT_TTL_MS,
  renewForMs: DEFAULT_RENEW_FOR_MS,
  whenUnknown: "charge-measured",
  overage: "debit",
  enforce: true,
  callTimeoutMs: DEFAULT_CALL_TIMEOUT_MS,
  settleWithinMs: DEFAULT_SETTLE_WITHIN_MS,
  abortGraceMs: DEFAULT_ABORT_GRACE_MS
}

const THIRTY_DAYS_MS = 2_592_000_000

/** The names of the settings, for `refuseOtherKeys`. */
export const turnSettingNames = ["ttlMs", "renewForMs", "whenUnknown", "overage"] as const
export const settingNames = [...turnSettingNames, "enforce", "callTimeoutMs", "settleWithinMs", "abortGraceMs"] as const

/** Throws `InvalidInput` that names the setting. */
export const readTurnSettings = (given: Fields, defaults: TurnSettings): TurnSettings => ({
  ttlMs: readAmount(given["ttlMs"] ?? defaults.ttlMs, "ttlMs", GRID_MS, MAX_TTL_MS),
  renewForMs: readAmount(given["renewForMs"] ?? defaults.renewForMs, "renewForMs", 1, THIRTY_DAYS_MS),
  whenUnknown: readChoice(given["whenUnknown"] ?? defaults.whenUnknown, "whenUnknown", [
    "charge-held",
    "charge-measured",
    "refund"
  ]),
  overage: readChoice(given["overage"] ?? defaults.overage, "overage", ["debit", "cap"])
})

/** Throws `InvalidInput` that names the setting. */
export const readSettings = (given: Fields): Settings => ({
  ...readTurnSettings(given, defaultSettings),
  enforce: readFlag(given["enforce"] ?? true, "enforce"),
  // A store refuses to say what became of a finalize that was under way for longer: `undecidable` allows for 60 s.
  callTimeoutMs: readAmount(
    given["callTimeoutMs"] ?? defaultSettings.callTimeoutMs,
    "callTimeoutMs",
    1,
    DEFAULT_LONGEST_CALL_MS
  ),
  settleWithinMs: readAmount(given["settleWithinMs"] ?? defaultSettings.settleWithinMs, "settleWithinMs", 0, 600_000),
  abortGraceMs: readAmount(given["abortGraceMs"] ?? defaultSettings.abortGraceMs, "abortGraceMs", 0, 60_000)
})

const readFlag = (value: unknown, field: string): boolean => {
  if (typeof value === "boolean") return value
  throw new InvalidInput(field, "true or false", value)
}
