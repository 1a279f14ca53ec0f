import { assert, describe, it } from "vitest"
import { Servers } from "../src/servers.ts"
import { Skips } from "../src/skips.ts"
import { isNone, owned } from "../src/wire.ts"

describe("a run without servers", () => {
  it("says why, and starts none", async () => {
    const servers = new Servers({ TALLYSTICK_TEST_SERVERS: "none" })
    for (const ask of [servers.redisServer, servers.redisCluster, servers.postgresServer]) {
      assert.deepStrictEqual(await ask(), { none: "TALLYSTICK_TEST_SERVERS=none" })
    }
    assert.isTrue(isNone(await servers.ownRedis({})))
    await servers.close()
  })

  it("takes no other server where one was named that does not answer", async () => {
    const servers = new Servers({ TALLYSTICK_TEST_REDIS_URL: "redis://127.0.0.1:1" })
    const answer = await servers.redisServer()
    assert.match(JSON.stringify(answer), /^\{"none":"url: .*ECONNREFUSED/)
    assert.throws(() => owned(answer), /ECONNREFUSED/)
    await servers.close()
  })

  it("names each suite and how to get servers", () => {
    const skips = new Skips()
    skips.add("the store in Redis", "docker: no engine")
    const text = skips.lines().join("\n")
    for (const word of ["the store in Redis", "docker: no engine", "start Docker", "redis-server", "_REDIS_URL"]) {
      assert.include(text, word)
    }
  })
})
