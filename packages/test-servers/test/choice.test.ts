import { assert, describe, it } from "vitest"
import { choose } from "../src/choice.ts"

const ways = (kind: "redis" | "postgres", env: NodeJS.ProcessEnv, use: "shared" | "own" = "shared") =>
  choose(kind, env, use).ways.map((way) => way.way)

const urls = { TALLYSTICK_TEST_REDIS_URL: "redis://r:1", TALLYSTICK_TEST_POSTGRES_URL: "postgres://p:2" }

describe("where a server comes from", () => {
  it("is a URL, then a container, then a binary, and at last the npm package of Postgres", () => {
    assert.deepStrictEqual(ways("redis", {}), ["docker", "binaries"])
    assert.deepStrictEqual(ways("redis", urls), ["url", "docker", "binaries"])
    assert.deepStrictEqual(ways("postgres", {}), ["docker", "binaries", "embedded"])
    assert.deepStrictEqual(ways("postgres", urls), ["url", "docker", "binaries", "embedded"])
  })

  it("is the URL of its own kind", () => {
    assert.deepInclude(choose("redis", urls, "shared").ways[0], { way: "url", url: "redis://r:1" })
    assert.deepInclude(choose("postgres", urls, "shared").ways[0], { way: "url", url: "postgres://p:2" })
  })

  it("is no URL for a server that a test may kill or needs for itself", () => {
    assert.deepStrictEqual(ways("redis", urls, "own"), ["docker", "binaries"])
  })

  it.each([
    ["docker", ["docker"], ["docker"]],
    ["binaries", ["binaries"], ["binaries", "embedded"]],
    ["embedded", ["binaries"], ["embedded"]],
    ["none", [], []],
    ["", ["url", "docker", "binaries"], ["url", "docker", "binaries", "embedded"]]
  ])("is what TALLYSTICK_TEST_SERVERS=%s says, whatever URLs there are", (wish, redis, postgres) => {
    const env = { ...urls, TALLYSTICK_TEST_SERVERS: wish }
    assert.deepStrictEqual(ways("redis", env), redis)
    assert.deepStrictEqual(ways("postgres", env), postgres)
  })

  it("is not guessed from a word that is none of them", () => {
    assert.throws(() => ways("redis", { TALLYSTICK_TEST_SERVERS: "podman" }), /"podman", not one of docker/)
  })
})
