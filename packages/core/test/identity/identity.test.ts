import { createHmac } from "node:crypto"
import { assert, describe, it } from "vitest"

import { formatAddress, parseAddress } from "../../src/identity/ip-address.ts"
import { countedAs, isInNetwork, parseNetwork } from "../../src/identity/network.ts"
import { pseudonyms } from "../../src/identity/pseudonym.ts"
import { InvalidInput } from "../../src/machine/invalid-input.ts"

const secret = "a secret of the operator"
const refused = (run: () => unknown): InvalidInput => {
  try {
    run()
  } catch (error) {
    if (error instanceof InvalidInput) return error
    throw error
  }
  throw new Error("it was taken")
}

describe("an address", () => {
  for (const [text, same] of [
    ["2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"],
    ["2001:db8:0:0:1::", "2001:db8:0:0:1::"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:C000:0201", "192.0.2.1"],
    ["fe80::1%eth0", "fe80::1"],
    ["::", "::"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"]
  ] as const)
    it(`${text} is ${same}`, () => assert.strictEqual(formatAddress(parseAddress(text)), same))

  for (const text of ["", "unknown", "192.0.2.1:80", "[::1]", "010.0.0.1", " 192.0.2.1", "192.0.2.256", "1::2::3"])
    it(`${JSON.stringify(text)} is refused`, () =>
      assert.strictEqual(refused(() => parseAddress(text)).field, "address"))

  it("is counted by /64, or by what the operator says", () => {
    assert.strictEqual(countedAs(parseAddress("2001:db8:1:2:3::4")), "2001:db8:1:2::/64")
    assert.strictEqual(countedAs(parseAddress("2001:db8:1:2:3::4"), 48), "2001:db8:1::/48")
    assert.strictEqual(countedAs(parseAddress("::ffff:192.0.2.1"), 48), "192.0.2.1")
  })
})

describe("a network", () => {
  it("drops the bits beyond its prefix", () => {
    assert.strictEqual(formatAddress(parseNetwork("10.1.2.3/8", "x").address), "10.0.0.0")
    assert.strictEqual(parseNetwork("10.1.2.3", "x").bits, 32)
  })

  it("of one version holds nothing of the other", () => {
    assert.isFalse(isInNetwork(parseAddress("192.0.2.1"), parseNetwork("::/0", "x")))
    assert.isFalse(isInNetwork(parseAddress("2001:db8::1"), parseNetwork("0.0.0.0/0", "x")))
    assert.isTrue(isInNetwork(parseAddress("::ffff:192.0.2.1"), parseNetwork("0.0.0.0/0", "x")))
  })

  it("may be written as IPv4 inside IPv6", () =>
    assert.deepEqual(parseNetwork("::ffff:10.0.0.0/104", "x"), parseNetwork("10.0.0.0/8", "x")))

  for (const text of [
    "10.0.0.0/33",
    "::/129",
    "10.0.0.0/",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "::ffff:10.0.0.0/8",
    "10/8",
    8
  ])
    it(`${JSON.stringify(text)} is refused`, () =>
      assert.strictEqual(refused(() => parseNetwork(text, "trusted[0]")).field, "trusted[0]"))
})

describe("a pseudonym", () => {
  it("is the first half of HMAC-SHA-256 under the secret, as Node makes it", async () => {
    const expected = createHmac("sha256", secret).update("ip\n192.0.2.1").digest("hex")
    assert.strictEqual(await pseudonyms(secret).of("ip", "192.0.2.1"), expected.slice(0, 32))
    assert.strictEqual(await pseudonyms(new TextEncoder().encode(secret)).proofOf("ip", "192.0.2.1"), expected)
  })

  it("differs by secret, by kind and by text", async () => {
    const own = pseudonyms(secret)
    const all = await Promise.all([
      own.of("ip", "a"),
      own.of("ip", "b"),
      own.of("session", "a"),
      pseudonyms("another secret of 16").of("ip", "a")
    ])
    assert.lengthOf(new Set(all), 4)
  })

  it("is proven by nothing but its own proof", async () => {
    const own = pseudonyms(secret)
    const proof = await own.proofOf("pass", "a")
    assert.isTrue(await own.isProof("pass", "a", proof))
    for (const [text, given] of [
      ["b", proof],
      ["a", `${proof.slice(0, 63)}${proof.endsWith("0") ? "1" : "0"}`],
      ["a", proof.slice(0, 32)],
      ["a", ""],
      ["a", undefined],
      ["a", { length: 64 }]
    ] as const)
      assert.isFalse(await own.isProof("pass", text, given))
    assert.isFalse(await pseudonyms("another secret of 16").isProof("pass", "a", proof))
  })

  it("needs a secret of 16 bytes, and an error never shows one", () => {
    for (const [bad, hidden] of [
      ["short hidden", "hidden"],
      ["", "?"],
      [new Uint8Array(15), "?"],
      [undefined, "?"],
      [{ hidden: 1 }, "hidden"],
      ["x".repeat(1_025), "xx"]
    ] as const) {
      const error = refused(() => pseudonyms(bad as string))
      assert.strictEqual(error.field, "secret")
      assert.notInclude(`${error.message} ${String(error.value)}`, hidden)
    }
  })
})
