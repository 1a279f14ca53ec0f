/** The parser against Node's own: `isIP` says what an address is, `BlockList` and `SocketAddress` when two are one. */
import * as fc from "fast-check"
import { BlockList, isIP } from "node:net"
import { assert, describe, it } from "vitest"

import { formatAddress, parseAddress, tryParseAddress } from "../../src/identity/ip-address.ts"
import { countedAs, isInNetwork, parseNetwork } from "../../src/identity/network.ts"
import { InvalidInput } from "../../src/machine/invalid-input.ts"

const group = fc.oneof(
  fc.constant("0"),
  fc.constant("ffff"),
  fc.stringMatching(/^[0-9A-Fa-f]{1,4}$/),
  fc.stringMatching(/^[0-9a-g]{0,5}$/)
)
const byte = fc.oneof(fc.nat(255).map(String), fc.nat(300).map(String), fc.stringMatching(/^0?[0-9]{0,2}$/))
const fourBytes = fc.array(byte, { minLength: 3, maxLength: 5 }).map((parts) => parts.join("."))
const goodFour = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }).map((parts) => parts.join("."))
const six = fc
  .tuple(fc.array(group, { maxLength: 8 }), fc.constantFrom(":", "::"), fc.array(group, { maxLength: 8 }), goodFour)
  .chain(([left, joint, right, four]) =>
    fc.constantFrom(
      `${left.join(":")}${joint}${right.join(":")}`,
      `${left.join(":")}${joint}${[...right, four].join(":")}`,
      [...left, ...right].slice(0, 8).join(":"),
      `::ffff:${four}`,
      `${left.join(":")}::${right.join(":")}%eth0`
    )
  )
const noise = fc.stringMatching(/^[0-9a-f:.%/ ]{0,20}$/)
const anything = fc.oneof(goodFour, fourBytes, six, noise, fc.string(), fc.ipV4(), fc.ipV6())
const addresses = fc.oneof(fc.ipV4(), fc.ipV6(), six).filter((text) => isIP(text) !== 0)

const familyOf = (text: string) => (isIP(text) === 4 ? "ipv4" : "ipv6")

/** Node's opinion on whether two texts are one address. It has no zones. */
const isOne = (left: string, right: string): boolean => {
  const list = new BlockList()
  list.addAddress(left, familyOf(left))
  return list.check(right, familyOf(right))
}
const withoutZone = (text: string): string => text.replace(/%.*$/, "")

describe("parseAddress", () => {
  it("takes what Node takes, and refuses what Node refuses", () => {
    fc.assert(
      fc.property(anything, (text) => {
        assert.strictEqual(tryParseAddress(text) !== undefined, isIP(text) !== 0)
      }),
      { numRuns: 20_000 }
    )
  })

  it("gives a text that is the same address to Node, and that it gives again", () => {
    fc.assert(
      fc.property(addresses, (text) => {
        const formatted = formatAddress(parseAddress(text))
        assert.isTrue(isOne(withoutZone(text), formatted), `${text} became ${formatted}`)
        assert.strictEqual(formatAddress(parseAddress(formatted)), formatted)
      }),
      { numRuns: 5_000 }
    )
  })

  it("writes IPv6 as URL does (RFC 5952)", () => {
    fc.assert(
      fc.property(addresses, (text) => {
        const address = parseAddress(text)
        if (address.version === 4) return
        assert.strictEqual(`[${formatAddress(address)}]`, new URL(`http://[${withoutZone(text)}]`).hostname)
      }),
      { numRuns: 5_000 }
    )
  })

  it("never throws anything but InvalidInput that names the field", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), anything), (value) => {
        try {
          parseAddress(value, "address")
        } catch (error) {
          assert.instanceOf(error, InvalidInput)
          assert.strictEqual(error.field, "address")
        }
      })
    )
  })
})

describe("a network", () => {
  it("holds the addresses that Node's BlockList says it holds", () => {
    const networks = fc
      .oneof(
        fc.tuple(fc.ipV4(), fc.nat(32)),
        fc.tuple(
          fc.ipV6().filter((text) => parseAddress(text).version === 6),
          fc.nat(128)
        )
      )
      .map(([text, bits]) => ({ text, bits }))
    const near = (text: string, flips: number, bits: number): string => {
      const { parts, version } = parseAddress(text)
      const width = version === 4 ? 8 : 16
      const index = Math.min(Math.floor(bits / width), parts.length - 1)
      return formatAddress({
        version,
        parts: parts.map((part, at) => (at === index ? part ^ (flips & (2 ** width - 1)) : part))
      })
    }
    fc.assert(
      fc.property(networks, fc.nat(65_535), addresses, (network, flips, other) => {
        const list = new BlockList()
        list.addSubnet(network.text, network.bits, familyOf(network.text))
        const parsed = parseNetwork(`${network.text}/${network.bits}`, "network")
        for (const text of [near(network.text, flips, network.bits), withoutZone(other)]) {
          // Node lets ::/0 hold IPv4 addresses as mapped ones; here the two versions are apart.
          if (parseAddress(text).version !== parsed.address.version) continue
          assert.strictEqual(isInNetwork(parseAddress(text), parsed), list.check(text, familyOf(text)), text)
        }
      }),
      { numRuns: 5_000 }
    )
  })

  it("counts all of an IPv6 /64 as one, and IPv4 one by one", () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.nat(0xffff), (text, last) => {
        const { parts, version } = parseAddress(text)
        if (version === 4) return
        const other = { version, parts: [...parts.slice(0, 7), last] }
        assert.strictEqual(countedAs(other), countedAs(parseAddress(text)))
        const fourth = { version, parts: parts.map((part, index) => (index === 3 ? part ^ 1 : part)) }
        assert.notStrictEqual(countedAs(fourth), countedAs(parseAddress(text)))
      })
    )
    assert.notStrictEqual(countedAs(parseAddress("192.0.2.1")), countedAs(parseAddress("192.0.2.2")))
  })
})
