import { assert, it } from "vitest"
import {
  describeWith,
  isNone,
  keyPrefix,
  owned,
  ownPostgres,
  ownRedis,
  postgresServer,
  redisCluster,
  redisServer
} from "../src/index.ts"
import { redisCommand } from "../src/resp.ts"
import { postgresVersion } from "../src/startup.ts"

const [redis, cluster, postgres] = await Promise.all([redisServer(), redisCluster(), postgresServer()])
const portOf = (url: string): number => Number(new URL(url).port)

describeWith(redis, "the shared Redis", ({ url, version }) => {
  it("answers", async () => {
    assert.strictEqual(await redisCommand({ port: portOf(url) }, "PING"), "PONG")
    assert.match(version, /\d+\.\d+/)
  })

  it("is the same for every caller, with a prefix for each", async () => {
    assert.deepStrictEqual(await redisServer(), redis)
    const prefixes = await Promise.all([keyPrefix(), keyPrefix()])
    assert.notStrictEqual(prefixes[0], prefixes[1])
  })
})

describeWith(redis, "a Redis of one's own", () => {
  it("takes arguments, survives a kill with what it persisted, and ends", async () => {
    const own = owned(
      await ownRedis({ args: ["--appendonly", "yes", "--appendfsync", "always", "--requirepass", "p w"] })
    )
    const at = { port: own.port, password: "p w" }
    await redisCommand(at, "SET", "a", "1")
    await own.kill()
    await own.start()
    assert.strictEqual(await redisCommand(at, "GET", "a"), "1")
    assert.strictEqual(new URL(own.url).password, "p%20w")
    await own.stop()
    assert.isTrue(
      await redisCommand(at, "PING").then(
        () => false,
        () => true
      )
    )
  })

  it("can be a replica of another", async () => {
    await using master = owned(await ownRedis())
    await using replica = owned(await ownRedis({ replicaOf: master }))
    await redisCommand(master, "SET", "a", "1")
    assert.strictEqual(await redisCommand(master, "WAIT", "1", "4000"), "1")
    assert.strictEqual(await redisCommand(replica, "GET", "a"), "1")
  })
})

describeWith(cluster, "the cluster", ({ urls }) => {
  it("has three masters that own all slots and are reached from here", async () => {
    assert.lengthOf(urls, 3)
    for (const url of urls) {
      const info = await redisCommand({ port: portOf(url) }, "CLUSTER", "INFO")
      assert.include(info, "cluster_slots_ok:16384")
      const nodes = await redisCommand({ port: portOf(url) }, "CLUSTER", "NODES")
      for (const other of urls) assert.include(nodes, `127.0.0.1:${portOf(other)}@`)
    }
  })
})

describeWith(postgres, "the shared Postgres", ({ url }) => {
  it("takes a session", async () => {
    const { port } = new URL(url)
    const at = { host: "127.0.0.1", port: Number(port), user: "postgres", database: "postgres" }
    assert.match(await postgresVersion(at), /^\d+/)
  })
})

describeWith(postgres, "a Postgres of one's own", () => {
  it("starts again after a kill", async () => {
    await using own = owned(await ownPostgres({ args: ["-c", "max_connections=7"] }))
    const at = { host: "127.0.0.1", port: own.port, user: "postgres", database: "postgres" }
    await own.kill()
    await own.start()
    assert.match(await postgresVersion(at), /^\d+/)
  })
})

it("says none with a reason", () => {
  assert.isTrue(isNone({ none: "no" }))
})
