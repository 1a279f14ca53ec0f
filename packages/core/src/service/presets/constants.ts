/**
 * The numbers of the original service, each with the name of its setting there.
 */

/** `ANON_TOKEN_LIMIT`: tokens of a session, and of an address. */
export const DEFAULT_TOKEN_LIMIT = 500_000

/** `ANON_TOKEN_WARNING_THRESHOLD` of them: 80 %. */
export const DEFAULT_WARNING_BASIS_POINTS = 8_000

/** `ANON_TOKEN_QUOTA_TTL_DAYS` */
export const DEFAULT_IDLE_DAYS = 30

/** `ANON_MAX_CONCURRENT_STREAMS` of an address. */
export const DEFAULT_MAX_STREAMS = 2

/** `ANON_CAPTCHA_REQUEST_THRESHOLD`: requests a day without a challenge. */
export const DEFAULT_CHALLENGE_AFTER = 5

/** `QUOTA_MAX_RESERVE_PER_CALL`: what a call holds that says nothing. */
export const DEFAULT_RESERVE_TOKENS = 8_000

/** `PREMIUM_CREDIT_MICROS_LIMIT`: five dollars. */
export const DEFAULT_CREDIT_MICROS = 5_000_000

/** `QUOTA_DEFAULT_IMAGE_RESERVE_MICROS` and its kin: what operations without a price per token hold. */
export const DEFAULT_OPERATION_MICROS = { image: 50_000, podcast: 200_000, videoPresentation: 1_000_000 } as const

export const DAY_MS = 86_400_000
