/**
 * IP addresses from text. Different texts of one address (case, leading zeros of a group, `::`, IPv4 inside IPv6, a
 * zone) become one value, so that nobody gets a second budget by writing an address in another way.
 */
import { InvalidInput } from "../machine/invalid-input.ts"

/** An address: four bytes or eight groups of 16 bits. An IPv4-mapped IPv6 address is the IPv4 address that it maps. */
export interface IpAddress {
  readonly version: 4 | 6
  readonly parts: ReadonlyArray<number>
}

/** 45 characters are the longest address, and a zone is the name of an interface: 15 in Linux. */
const MAX_LENGTH = 64

const range = "an IP address, without a port"

/**
 * Reads an address. The zone of a link-local address (`%eth0`) names an interface of this machine and is dropped.
 *
 * @throws InvalidInput naming `field`
 *
 * @example
 * formatAddress(parseAddress("2001:0DB8::0:1")) // => "2001:db8::1"
 * formatAddress(parseAddress("::ffff:192.0.2.1")) // => "192.0.2.1"
 */
export const parseAddress = (text: unknown, field = "address"): IpAddress => {
  const address = typeof text === "string" ? tryParseAddress(text) : undefined
  if (address === undefined) throw new InvalidInput(field, range, text)
  return address
}

/** `undefined`: it is no address. */
export const tryParseAddress = (text: string): IpAddress | undefined => {
  if (text.length > MAX_LENGTH) return undefined
  if (!text.includes(":")) return version4(text)
  const zoneAt = text.indexOf("%")
  if (zoneAt >= 0 && !zonePattern.test(text.slice(zoneAt + 1))) return undefined
  const groups = groupsOf(zoneAt < 0 ? text : text.slice(0, zoneAt))
  return groups === undefined ? undefined : unmapped(groups)
}

const zonePattern = /^[0-9A-Za-z.:-]+$/

// A leading zero is refused: some read 010 as eight, some as ten.
const bytePattern = /^(?:0|[1-9][0-9]{0,2})$/

const bytesOf = (text: string): ReadonlyArray<number> | undefined => {
  const parts = text.split(".")
  if (parts.length !== 4 || !parts.every((part) => bytePattern.test(part) && Number(part) <= 255)) return undefined
  return parts.map(Number)
}

const version4 = (text: string): IpAddress | undefined => {
  const parts = bytesOf(text)
  return parts === undefined ? undefined : { version: 4, parts }
}

const GROUPS = 8

const groupsOf = (text: string): ReadonlyArray<number> | undefined => {
  const halves = text.split("::")
  if (halves.length > 2) return undefined
  const [head = "", tail] = halves
  const left = readGroups(head, tail === undefined)
  if (left === undefined || tail === undefined) return left?.length === GROUPS ? left : undefined
  const right = readGroups(tail, true)
  // `::` stands for one group at least.
  if (right === undefined || left.length + right.length >= GROUPS) return undefined
  return [...left, ...Array<number>(GROUPS - left.length - right.length).fill(0), ...right]
}

const groupPattern = /^[0-9A-Fa-f]{1,4}$/

/** Groups between colons; the last one of an address may be an IPv4 address, which is two. */
const readGroups = (text: string, mayEndIn4: boolean): ReadonlyArray<number> | undefined => {
  if (text === "") return []
  const words = text.split(":")
  const groups: Array<number> = []
  for (const [index, word] of words.entries()) {
    const bytes = mayEndIn4 && index === words.length - 1 && word.includes(".") ? bytesOf(word) : undefined
    if (bytes !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = bytes
      groups.push(a * 256 + b, c * 256 + d)
    } else if (groupPattern.test(word)) groups.push(Number.parseInt(word, 16))
    else return undefined
  }
  return groups
}

/** `::ffff:a.b.c.d`, which a socket that listens on IPv6 shows for an IPv4 peer. */
const unmapped = (groups: ReadonlyArray<number>): IpAddress => {
  const [high = 0, low = 0] = groups.slice(6)
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
  return isMapped ? { version: 4, parts: [high >> 8, high & 255, low >> 8, low & 255] } : { version: 6, parts: groups }
}

/**
 * The one text of an address: RFC 5952 for IPv6 (lower case, the longest run of two or more zero groups, the first of
 * equals, as `::`).
 */
export const formatAddress = ({ parts, version }: IpAddress): string => {
  if (version === 4) return parts.join(".")
  const run = longestZeros(parts)
  const hex = (groups: ReadonlyArray<number>): string => groups.map((group) => group.toString(16)).join(":")
  if (run.length < 2) return hex(parts)
  return `${hex(parts.slice(0, run.start))}::${hex(parts.slice(run.start + run.length))}`
}

const longestZeros = (groups: ReadonlyArray<number>): { readonly start: number; readonly length: number } => {
  let longest = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === 0) length++
    if (length > longest.length) longest = { start, length }
  }
  return longest
}
