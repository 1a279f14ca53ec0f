/**
 * How keys are spelled. A partition's keys share one hash tag, so that a Redis Cluster keeps them in one slot.
 */
import { accountKey, InvalidInput } from "@tallystick/core/machine"
import type { AccountId } from "@tallystick/core/store"

/** Which accounts must live together: those that one reservation names. A text of 1 to 256 characters. */
export type Partition = (account: string) => string

/** The slot of a Cluster is decided by what stands between the first pair of braces, so that none may stand before it. */
export const readPrefix = (value: string): string => {
  if (typeof value !== "string" || /[{}\p{Cc}\p{Surrogate}]/u.test(value))
    throw new InvalidInput("prefix", "a text without braces, control characters or lone surrogates", value)
  return value
}

/**
 * The part that all keys of a partition begin with. `encodeURIComponent` is injective and leaves no brace. Between braces there must be something, or
 * a Cluster takes the whole key; no partition is spelled `/`.
 */
export const tagOf = (prefix: string, partition: string): string => `${prefix}{${encodeURIComponent(partition) || "/"}}`

/**
 * Injective: an account's key is a text without carriage returns (ids hold no control characters), so that the first one ends it, whatever follows.
 */
export const accountHash = (tag: string, account: Identified): string => `${tag}a:${accountKey(account)}`
export const holdsIndex = (tag: string, account: Identified): string => `${tag}h:${accountKey(account)}`
export const entryText = (tag: string, account: Identified, id: string): string =>
  `${tag}e:${accountKey(account)}\r${id}`

type Identified = Required<Pick<AccountId, "account">> & { readonly window: NonNullable<AccountId["window"]> }
