/**
 * Whose request it is, behind proxies.
 */
import { formatAddress, type IpAddress, tryParseAddress } from "../identity/ip-address.ts"
import { isInNetwork, type Network, parseNetwork } from "../identity/network.ts"
import { readArray, readChoice, readObject, refuseOtherKeys } from "../service/check.ts"
import { forwardedChain, xForwardedChain } from "./forwarded.ts"

/** A standard `Request`, or what Node's `http` has: `{ headers: req.headers, remoteAddress: req.socket.remoteAddress }`. */
export interface AddressedRequest {
  readonly headers: Headers | Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  /** The other end of the connection. */
  readonly remoteAddress?: string | null | undefined
}

export interface ClientAddressOptions {
  /** Addresses and networks of your own proxies: `["10.0.0.0/8", "2001:db8::/32"]`. */
  readonly trustedProxies: ReadonlyArray<string>
  /**
   * The one header that your proxies write. The other one is not read: they pass on what a client put there. Default
   * `x-forwarded-for`.
   */
  readonly header?: "x-forwarded-for" | "forwarded" | undefined
  /** The other end of the connection, where the request does not say it, as a standard `Request` does not. */
  readonly remoteAddress?: string | null | undefined
  /**
   * The other end is not known, but always a proxy of yours, since nobody else reaches this server. If that is not so,
   * a client can call itself what it likes. Default false.
   */
  readonly behindProxy?: boolean | undefined
}

/** Your proxies are few; each is compared with each hop. */
const MAX_PROXIES = 1_000

/**
 * The address of the client: the first one, from the connection backwards through what proxies noted, that is no proxy
 * of yours. What stands before it the client wrote itself, and is not read.
 *
 * null: not known. The other end of the connection is not known, or one of your proxies noted something else than an
 * address. If all are yours it is the farthest of them.
 *
 * @throws InvalidInput naming the option, or what the request lacks
 *
 * @example
 * clientAddress(
 *   { headers: { "x-forwarded-for": "1.2.3.4, 198.51.100.7, 10.0.0.2" }, remoteAddress: "10.0.0.1" },
 *   { trustedProxies: ["10.0.0.0/8"] }
 * ) // => "198.51.100.7"
 */
export const clientAddress = (request: AddressedRequest, options: ClientAddressOptions): string | null => {
  readObject(request, "request")
  const fields = readObject(options, "options")
  refuseOtherKeys(fields, "", ["trustedProxies", "header", "remoteAddress", "behindProxy"])
  const trusted = readArray(fields["trustedProxies"], "trustedProxies", 0, MAX_PROXIES).map((proxy, index) =>
    parseNetwork(proxy, `trustedProxies[${index}]`)
  )
  const header = readChoice(fields["header"] ?? "x-forwarded-for", "header", ["x-forwarded-for", "forwarded"])
  const peer = request.remoteAddress ?? options.remoteAddress
  const hops = chainOf(request, header)
  // Node shows an IPv4 peer as ::ffff:192.0.2.1.
  if (peer !== undefined && peer !== null) hops.push(tryParseAddress(peer) ?? null)
  else if (options.behindProxy !== true) return null
  return walk(hops, trusted)
}

/** From the right. */
const walk = (hops: ReadonlyArray<IpAddress | null>, trusted: ReadonlyArray<Network>): string | null => {
  let farthest: string | null = null
  for (const hop of hops.toReversed()) {
    if (hop === null) return null
    farthest = formatAddress(hop)
    if (!trusted.some((network) => isInNetwork(hop, network))) return farthest
  }
  return farthest
}

/** What proxies noted, the nearest last. null: something else than an address. */
const chainOf = (request: AddressedRequest, header: "x-forwarded-for" | "forwarded"): Array<IpAddress | null> => {
  const text = headerOf(request.headers, header)
  if (text === undefined) return []
  return header === "forwarded" ? forwardedChain(text) : xForwardedChain(text)
}

const headerOf = (headers: AddressedRequest["headers"], name: string): string | undefined => {
  readObject(headers, "request.headers")
  // Not instanceof: those of undici and of Next are no global Headers.
  if (isHeaders(headers)) return headers.get(name) ?? undefined
  const values = Object.entries(headers).flatMap(([key, value]) => (key.toLowerCase() === name ? (value ?? []) : []))
  return values.length === 0 ? undefined : values.join(",")
}

const isHeaders = (headers: AddressedRequest["headers"]): headers is Headers => typeof headers.get === "function"
