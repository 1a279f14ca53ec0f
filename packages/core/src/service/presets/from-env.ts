/**
 * The settings of the original service, under its names.
 */
import { InvalidInput } from "../../machine/invalid-input.ts"
import { DEFAULT_FLOOR_MICROS } from "../../pricing/estimate.ts"
import { readAmount } from "../check.ts"
import type { AnonymousOptions } from "./read-anonymous.ts"
import type { RegisteredOptions } from "./registered.ts"

/** What the environment sets. What it does not set is absent, and the preset's default. */
export interface PresetSettings {
  /** `NOLOGIN_MODE_ENABLED`: whether visitors without an account are served at all. Default false, as there. */
  readonly anonymousEnabled: boolean
  /** For `anonymous`; the secret is yours to add. */
  readonly anonymous: Omit<AnonymousOptions, "secret">
  /** For `registered`. */
  readonly registered: RegisteredOptions
}

/** Variables by name. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>

/**
 * Reads the original's settings. A variable that is empty counts as absent.
 *
 * @param env default: `process.env`, where there is one
 * @throws InvalidInput naming the variable
 *
 * @example
 * const settings = fromEnv()
 * const visitors = anonymous({ ...settings.anonymous, secret })
 * const users = registered(settings.registered)
 */
export const fromEnv = (env: EnvironmentVariables = processEnv()): PresetSettings => {
  const integer = (name: string, least = 0): number | undefined => readInteger(env, name, least)
  const flag = (name: string): boolean | undefined => readFlag(env, name)
  const reserveTokens = integer("QUOTA_MAX_RESERVE_PER_CALL", 1)
  const threshold = integer("ANON_CAPTCHA_REQUEST_THRESHOLD")
  return {
    anonymousEnabled: flag("NOLOGIN_MODE_ENABLED") ?? false,
    anonymous: present({
      tokenLimit: integer("ANON_TOKEN_LIMIT"),
      warnAtTokens: integer("ANON_TOKEN_WARNING_THRESHOLD"),
      idleDays: integer("ANON_TOKEN_QUOTA_TTL_DAYS", 1),
      maxStreams: integer("ANON_MAX_CONCURRENT_STREAMS"),
      // Without a captcha nobody could solve a challenge; off is also the default of the original.
      challengeAfter: flag("TURNSTILE_ENABLED") === true ? threshold : null,
      reserveTokens
    }),
    registered: present({
      creditMicros: integer("PREMIUM_CREDIT_MICROS_LIMIT") ?? integer("PREMIUM_TOKEN_LIMIT"),
      reserveTokens,
      ceilingMicros: integer("QUOTA_MAX_RESERVE_MICROS", DEFAULT_FLOOR_MICROS),
      operationMicros: present({
        image: integer("QUOTA_DEFAULT_IMAGE_RESERVE_MICROS", 1),
        podcast: integer("QUOTA_DEFAULT_PODCAST_RESERVE_MICROS", 1),
        videoPresentation: integer("QUOTA_DEFAULT_VIDEO_PRESENTATION_RESERVE_MICROS", 1)
      })
    })
  }
}

/** Without the keys that are undefined. */
const present = <A extends object>(all: A): { [Key in keyof A]?: Exclude<A[Key], undefined> } =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as {
    [Key in keyof A]?: Exclude<A[Key], undefined>
  }

const textOf = (env: EnvironmentVariables, name: string): string | undefined => {
  const text = (Object.hasOwn(env, name) ? env[name] : undefined)?.trim()
  return text === "" ? undefined : text
}

const readInteger = (env: EnvironmentVariables, name: string, least: number): number | undefined => {
  const text = textOf(env, name)
  if (text === undefined) return undefined
  // Number alone would take 1e3, 0x10 and "".
  return readAmount(/^\d{1,16}$/.test(text) ? Number(text) : text, name, least)
}

const readFlag = (env: EnvironmentVariables, name: string): boolean | undefined => {
  const text = textOf(env, name)
  if (text === undefined) return undefined
  const upper = text.toUpperCase()
  if (upper === "TRUE" || upper === "FALSE") return upper === "TRUE"
  throw new InvalidInput(name, "TRUE or FALSE", text)
}

/** Core imports nothing of Node: elsewhere (Workers, browsers) there is no process. */
const processEnv = (): EnvironmentVariables => {
  const { process } = globalThis as { readonly process?: { readonly env?: EnvironmentVariables } }
  return process?.env ?? {}
}
