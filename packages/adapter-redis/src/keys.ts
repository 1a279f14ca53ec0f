/**
 * How keys are spelled. A partition's keys share one hash tag, so that a Redis Cluster keeps them in one slot.
 */
import { InvalidInput } from "@tallystick/core/machine"

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
 * What the script declares: of n accounts their hashes, then their indexes of ticks, then two shelves of each. Injective: an account's key is a text
 * without control characters but the one before its window, and the letters before it differ.
 */
export const keysOfAccounts = (tag: string, accounts: ReadonlyArray<string>): ReadonlyArray<string> => {
  const keys: Array<string> = []
  for (const key of accounts) keys.push(`${tag}a:${key}`)
  for (const key of accounts) keys.push(`${tag}t:${key}`)
  for (const key of accounts) keys.push(`${tag}1:${key}`, `${tag}0:${key}`)
  return keys
}
