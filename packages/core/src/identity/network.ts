/**
 * Networks: an address and the number of its leading bits that count.
 */
import { InvalidInput } from "../machine/invalid-input.ts"
import { formatAddress, type IpAddress, tryParseAddress } from "./ip-address.ts"

/** The bits after `bits` are 0. */
export interface Network {
  readonly address: IpAddress
  readonly bits: number
}

const widthOf = ({ version }: IpAddress): { readonly bitsPerPart: number; readonly bits: number } =>
  version === 4 ? { bitsPerPart: 8, bits: 32 } : { bitsPerPart: 16, bits: 128 }

/** The bits that IPv4-mapped addresses have before the IPv4 address. */
const MAPPED_BITS = 96

/**
 * `10.0.0.0/8`, `fd00::/8`, or a single address. Bits beyond the prefix are dropped.
 *
 * @throws InvalidInput naming `field`
 */
export const parseNetwork = (text: unknown, field: string): Network => {
  const network = typeof text === "string" ? tryParseNetwork(text) : undefined
  if (network === undefined) throw new InvalidInput(field, 'an IP address or a network ("10.0.0.0/8")', text)
  return network
}

const tryParseNetwork = (text: string): Network | undefined => {
  const slash = text.indexOf("/")
  const written = slash < 0 ? text : text.slice(0, slash)
  const address = tryParseAddress(written)
  if (address === undefined) return undefined
  const { bits } = widthOf(address)
  if (slash < 0) return { address, bits }
  const count = text.slice(slash + 1)
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(count)) return undefined
  // Written as IPv6 (::ffff:10.0.0.0/104), its prefix counts the 96 bits before the IPv4 address. Fewer would be all of
  // IPv4 and more: nobody means that.
  const prefix = Number(count) - (address.version === 4 && written.includes(":") ? MAPPED_BITS : 0)
  return prefix < 0 || prefix > bits ? undefined : networkOf(address, prefix)
}

/** The network of an address. */
export const networkOf = (address: IpAddress, bits: number): Network => {
  const { bitsPerPart } = widthOf(address)
  const parts = address.parts.map((part, index) => {
    const kept = Math.min(Math.max(bits - index * bitsPerPart, 0), bitsPerPart)
    const rest = 2 ** (bitsPerPart - kept)
    return part - (part % rest)
  })
  return { address: { version: address.version, parts }, bits }
}

/** Whether an address lies in a network. */
export const isInNetwork = (address: IpAddress, network: Network): boolean =>
  address.version === network.address.version &&
  networkOf(address, network.bits).address.parts.every((part, index) => part === network.address.parts[index])

/** By default what one IPv6 customer gets at the least, and can take a new address of for every request. */
export const DEFAULT_IPV6_BITS = 64

/**
 * What an address is counted as: an IPv4 address itself, an IPv6 address as its network.
 *
 * @example
 * countedAs(parseAddress("2001:db8::1")) // => "2001:db8::/64"
 * countedAs(parseAddress("192.0.2.1")) // => "192.0.2.1"
 */
export const countedAs = (address: IpAddress, ipv6Bits = DEFAULT_IPV6_BITS): string =>
  address.version === 4 ? formatAddress(address) : `${formatAddress(networkOf(address, ipv6Bits).address)}/${ipv6Bits}`
