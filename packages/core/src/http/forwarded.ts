/**
 * The chain of addresses that proxies note: `X-Forwarded-For`, and `Forwarded` (RFC 7239).
 */
import { type IpAddress, tryParseAddress } from "../identity/ip-address.ts"

/** `192.0.2.1, [2001:db8::1]:4711`; null for what is no address. */
export const xForwardedChain = (text: string): Array<IpAddress | null> =>
  text.split(",").map((item) => nodeOf(item.trim()))

/** `for=192.0.2.1;proto=https, for="[2001:db8::1]:4711"`; null for what names no address. */
export const forwardedChain = (text: string): Array<IpAddress | null> => splitOutsideQuotes(text, ",").map(elementOf)

const elementOf = (element: string): IpAddress | null => {
  const values = splitOutsideQuotes(element, ";").flatMap((pair) => {
    const equals = pair.indexOf("=")
    return equals >= 0 && pair.slice(0, equals).trim().toLowerCase() === "for" ? [pair.slice(equals + 1).trim()] : []
  })
  const [value] = values
  // Twice is against the RFC; which one a proxy meant cannot be known.
  return value === undefined || values.length > 1 ? null : nodeOf(unquoted(value))
}

/** A quote that never ends takes all that follows into one piece: it is no address then. */
const splitOutsideQuotes = (text: string, separator: string): ReadonlyArray<string> => {
  const pieces: Array<string> = []
  let start = 0
  let isQuoted = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (isQuoted && character === "\\") index++
    else if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted && character === separator) {
      pieces.push(text.slice(start, index))
      start = index + 1
    }
  }
  return [...pieces, text.slice(start)]
}

const unquoted = (text: string): string => {
  const quoted = /^"(.*)"$/s.exec(text)
  return quoted === null ? text : (quoted[1] ?? "").replaceAll(/\\(.)/gs, "$1")
}

/** An address, with or without a port; IPv6 with a port stands in brackets. */
const nodeOf = (text: string): IpAddress | null => {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)
  if (bracketed !== null) {
    const [, inner = ""] = bracketed
    return inner.includes(":") ? (tryParseAddress(inner) ?? null) : null
  }
  const withPort = /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(text)
  return tryParseAddress(withPort?.[1] ?? text) ?? null
}
