/**
 * Who an anonymous visitor is, and which limits that makes.
 */
import { parseAddress } from "../../identity/ip-address.ts"
import { countedAs } from "../../identity/network.ts"
import type { Pseudonyms } from "../../identity/pseudonym.ts"
import { readText } from "../check.ts"
import type { Limit } from "../limit.ts"
import { COUNT_PREFIX } from "./challenge.ts"
import type { AnonymousSettings } from "./read-anonymous.ts"

/** A visitor. The User-Agent is no part of it: it costs nothing to change. */
export interface Visitor {
  /** Your session's id, 1 to 256 characters. Take it only from a cookie whose signature you checked. */
  readonly session: string
  /** The client's IP address (`clientAddress`). null: there is none; then the session alone counts. */
  readonly address: string | null
  /** What `solved` gave for this session, if it did: then requests count for the session, not for the address. */
  readonly pass?: string | undefined
}

/** The accounts of a visitor, by pseudonyms: no store, log or denial sees a session id or an address. */
export interface VisitorNames {
  readonly session: string
  readonly address: string | null
  readonly hasPass: boolean
}

/** Throws `InvalidInput` naming `session` or `address`. */
export const namesOf = async (
  names: Pseudonyms,
  visitor: { readonly [Key in keyof Visitor]?: unknown },
  ipv6Bits: number
): Promise<VisitorNames> => {
  const session = readText(visitor.session, "session")
  const counted = visitor.address === null ? null : countedAs(parseAddress(visitor.address, "address"), ipv6Bits)
  return {
    session: await names.of("session", session),
    address: counted === null ? null : await names.of("address", counted),
    // A pass comes from outside: one that is forged or of another session is none, and no error.
    hasPass: await names.isProof("pass", session, visitor.pass)
  }
}

/** Where the requests of a session with a pass are counted. */
export const sessionCount = (session: string, limit: number): Limit => ({
  account: `${COUNT_PREFIX}session:${session}`,
  unit: "requests",
  limit,
  window: "day"
})

/** What all of a visitor's calls must fit into, at once: tokens first, which is how `usage` finds them. */
export const limitsOf = (
  { address, hasPass, session }: VisitorNames,
  settings: AnonymousSettings
): ReadonlyArray<Limit> => {
  const { addressTokenLimit, challengeAfter, maxStreams, tokenLimit, warnAtTokens } = settings
  const tokens = (account: string, limit: number | null): Limit => ({
    account: `anon_quota:${account}`,
    unit: "tokens",
    limit,
    window: { idleMs: settings.idleMs },
    ...(warnAtTokens === undefined ? {} : { warnAt: { amount: warnAtTokens } })
  })
  const limits = [tokens(`session:${session}`, tokenLimit)]
  if (address !== null) limits.push(tokens(`ip:${address}`, addressTokenLimit))
  const shared = address ?? `session:${session}`
  if (maxStreams !== null) limits.push({ account: `anon:streams:${shared}`, unit: "streams", limit: maxStreams })
  if (challengeAfter === null) return limits
  const count = sessionCount(session, challengeAfter)
  return [...limits, hasPass || address === null ? count : { ...count, account: `${COUNT_PREFIX}${address}` }]
}
