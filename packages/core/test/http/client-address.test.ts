import * as fc from "fast-check"
import { assert, describe, it } from "vitest"

import { clientAddress, InvalidInput } from "../../src/index.ts"

const trustedProxies = ["10.0.0.0/8", "2001:db8:ffff::/48"]
const of = (forwardedFor: string | undefined, remoteAddress: string | undefined = "10.0.0.1", more = {}) =>
  clientAddress(
    { headers: forwardedFor === undefined ? {} : { "X-Forwarded-For": forwardedFor }, remoteAddress },
    { trustedProxies, ...more }
  )
const forwarded = (text: string) =>
  clientAddress(
    { headers: new Headers({ forwarded: text }), remoteAddress: "10.0.0.1" },
    { trustedProxies, header: "forwarded" }
  )

describe("clientAddress", () => {
  for (const [what, header, peer, expected] of [
    ["is the peer without proxies", undefined, "198.51.100.7", "198.51.100.7"],
    ["never believes a peer that is no proxy", "1.2.3.4", "198.51.100.7", "198.51.100.7"],
    ["is what the nearest proxy saw", "198.51.100.7", "10.0.0.1", "198.51.100.7"],
    ["never believes what the client wrote before it", "1.2.3.4, 198.51.100.7, 10.0.0.2", "10.0.0.1", "198.51.100.7"],
    ["is the client even if what it wrote is no address", "<script>, 198.51.100.7", "10.0.0.1", "198.51.100.7"],
    ["is the farthest proxy if all are", "10.9.9.9, 10.0.0.2", "10.0.0.1", "10.9.9.9"],
    ["drops a port", "198.51.100.7:4711", "10.0.0.1", "198.51.100.7"],
    ["drops brackets and a port", "[2001:DB8::1]:4711", "10.0.0.1", "2001:db8::1"],
    ["takes no IPv4 address in brackets", "[198.51.100.7]", "10.0.0.1", null],
    ["knows a proxy as IPv6 shows it", "198.51.100.7", "::ffff:10.0.0.1", "198.51.100.7"],
    ["knows a proxy of IPv6", "198.51.100.7", "2001:db8:ffff::5", "198.51.100.7"],
    ["is not known where a proxy noted no address", "1.2.3.4, unknown", "10.0.0.1", null],
    ["is not known where a proxy noted nothing", "1.2.3.4,", "10.0.0.1", null],
    ["is not known if the peer is none", "1.2.3.4", "/run/socket", null]
  ] as const)
    it(what, () => assert.strictEqual(of(header, peer), expected))

  it("of a standard Request is not known, unless somebody says who the peer is", () => {
    const request = new Request("https://example.org", { headers: { "x-forwarded-for": "198.51.100.7" } })
    assert.isNull(clientAddress(request, { trustedProxies }))
    assert.strictEqual(clientAddress(request, { trustedProxies, behindProxy: true }), "198.51.100.7")
    assert.strictEqual(clientAddress(request, { trustedProxies, remoteAddress: "10.0.0.1" }), "198.51.100.7")
    assert.strictEqual(clientAddress(request, { trustedProxies, remoteAddress: "192.0.2.9" }), "192.0.2.9")
  })

  it("reads the one header that the proxies write", () => {
    const headers = { "x-forwarded-for": "198.51.100.7", forwarded: "for=1.2.3.4" }
    const request = { headers, remoteAddress: "10.0.0.1" }
    assert.strictEqual(clientAddress(request, { trustedProxies }), "198.51.100.7")
    assert.strictEqual(clientAddress(request, { trustedProxies, header: "forwarded" }), "1.2.3.4")
  })

  it("takes headers of another library than the global ones, and refuses a request without any", () => {
    const headers = { get: (name: string) => (name === "x-forwarded-for" ? "198.51.100.7" : null) }
    const foreign = { headers: headers as unknown as Headers, remoteAddress: "10.0.0.1" }
    assert.strictEqual(clientAddress(foreign, { trustedProxies }), "198.51.100.7")
    assert.throws(() => clientAddress({} as Request, { trustedProxies }), InvalidInput, "request.headers")
  })

  it("takes a header that came in several lines as one", () => {
    const request = { headers: { "x-forwarded-for": ["1.2.3.4", "198.51.100.7"] }, remoteAddress: "10.0.0.1" }
    assert.strictEqual(clientAddress(request, { trustedProxies }), "198.51.100.7")
  })

  for (const [text, expected] of [
    ["for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"],
    ['For="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"],
    ["for=1.2.3.4, for=192.0.2.43", "192.0.2.43"],
    ['for="192.0.2.43:80";proto="a,b;for=1.2.3.4"', "192.0.2.43"],
    ["for=unknown", null],
    ["for=_hidden", null],
    ["proto=https", null],
    ["for=1.2.3.4;for=192.0.2.43", null],
    ['for="192.0.2.43', null],
    [String.raw`for=192.0.2.43;by="a\",for=1.2.3.4"`, "192.0.2.43"]
  ] as const)
    it(`reads Forwarded: ${text}`, () => assert.strictEqual(forwarded(text), expected))

  it("does not depend on what stands before the first hop that is not trusted", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{0,40}$/), (written) => {
        assert.strictEqual(of(`${written},198.51.100.7, 10.0.0.2`), "198.51.100.7")
      })
    )
  })

  it("of Forwarded neither, unless it hides what follows: then it is not known", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{0,40}$/), (written) => {
        assert.include(["198.51.100.7", null], forwarded(`${written},for=198.51.100.7`))
      })
    )
  })

  for (const [options, field] of [
    [{ trustedProxies: ["10.0.0.0/33"] }, "trustedProxies[0]"],
    [{ trustedProxies: ["10.0.0.1", "proxy.local"] }, "trustedProxies[1]"],
    [{ header: "x-real-ip" }, "header"],
    [{ trustProxy: true }, "trustProxy"]
  ] as const)
    it(`refuses ${JSON.stringify(options)} by name`, () => {
      try {
        of(undefined, "10.0.0.1", options)
      } catch (error) {
        assert.instanceOf(error, InvalidInput)
        assert.strictEqual(error.field, field)
        return
      }
      assert.fail("it was taken")
    })
})
