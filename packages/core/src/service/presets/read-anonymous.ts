/**
 * What can be set for anonymous visitors.
 */
import { DEFAULT_IPV6_BITS } from "../../identity/network.ts"
import { readAmount, readObject, refuseOtherKeys } from "../check.ts"
import * as constants from "./constants.ts"

/** All but the secret; each has the original's default. */
export interface AnonymousOptions {
  /** 16 bytes or more, from your configuration. Keep it: with a new one every visitor starts anew. */
  readonly secret: string | Uint8Array
  /** Tokens of one session: 0 to 2^53 - 1, null for unlimited. Default 500,000. */
  readonly tokenLimit?: number | null | undefined
  /** Tokens of one address, which a school or a carrier's customers share. Default: as `tokenLimit`. */
  readonly addressTokenLimit?: number | null | undefined
  /** From how many tokens on, used or held, the status is `warning`. Default: 80 % of the limit, 400,000. */
  readonly warnAtTokens?: number | undefined
  /** After how many days of silence the tokens start anew: 1 to 3,650. Default 30. */
  readonly idleDays?: number | undefined
  /** Streams of one address at once: null for any number. Default 2. */
  readonly maxStreams?: number | null | undefined
  /** Requests a day before a captcha is asked for; 0: at once, null: never. Default 5. */
  readonly challengeAfter?: number | null | undefined
  /** What a call holds that gives no estimate, in tokens. Default 8,000. */
  readonly reserveTokens?: number | undefined
  /** How many leading bits of an IPv6 address count: 32 to 128. Default 64. */
  readonly ipv6PrefixBits?: number | undefined
}

/** The options, read. */
export interface AnonymousSettings {
  readonly tokenLimit: number | null
  readonly addressTokenLimit: number | null
  readonly warnAtTokens: number | undefined
  readonly idleMs: number
  readonly maxStreams: number | null
  readonly challengeAfter: number | null
  readonly reserveTokens: number
  readonly ipv6Bits: number
}

const optionNames = [
  "secret",
  "tokenLimit",
  "addressTokenLimit",
  "warnAtTokens",
  "idleDays",
  "maxStreams",
  "challengeAfter",
  "reserveTokens",
  "ipv6PrefixBits"
]

const MAX_IDLE_DAYS = 3_650

/** null: without a limit. */
export const readLimit = (value: unknown, field: string, byDefault: number | null): number | null =>
  value === null || (value === undefined && byDefault === null) ? null : readAmount(value ?? byDefault, field)

/** Throws `InvalidInput` that names the option. */
export const readAnonymous = (options: unknown): AnonymousSettings => {
  const fields = readObject(options, "options")
  refuseOtherKeys(fields, "", optionNames)
  const tokenLimit = readLimit(fields["tokenLimit"], "tokenLimit", constants.DEFAULT_TOKEN_LIMIT)
  const idleDays = readAmount(fields["idleDays"] ?? constants.DEFAULT_IDLE_DAYS, "idleDays", 1, MAX_IDLE_DAYS)
  const warnAt = fields["warnAtTokens"]
  return {
    tokenLimit,
    addressTokenLimit: readLimit(fields["addressTokenLimit"], "addressTokenLimit", tokenLimit),
    warnAtTokens: warnAt === undefined ? undefined : readAmount(warnAt, "warnAtTokens"),
    idleMs: idleDays * constants.DAY_MS,
    maxStreams: readLimit(fields["maxStreams"], "maxStreams", constants.DEFAULT_MAX_STREAMS),
    challengeAfter: readLimit(fields["challengeAfter"], "challengeAfter", constants.DEFAULT_CHALLENGE_AFTER),
    reserveTokens: readAmount(fields["reserveTokens"] ?? constants.DEFAULT_RESERVE_TOKENS, "reserveTokens", 1),
    ipv6Bits: readAmount(fields["ipv6PrefixBits"] ?? DEFAULT_IPV6_BITS, "ipv6PrefixBits", 32, 128)
  }
}
