/**
 * What no program sees of the script, each on an empty server of its own.
 */
import { isNone, ownRedis } from "@tallystick/test-servers"
import { Redis } from "ioredis"
import { afterAll, beforeEach, describe, test } from "vitest"

import { connectionOptions } from "@tallystick/adapter-redis"
import { checks } from "../break/checks.ts"
import { contractCheck } from "../break/checks/contract.ts"
import { executeScript } from "../src/script.ts"

const server = await ownRedis({ args: ["--save", "", "--appendonly", "no"] })

describe.skipIf(isNone(server))("the script, checked by hand", () => {
  if (isNone(server)) return
  const client = new Redis(server.url, { ...connectionOptions, enableOfflineQueue: true })
  beforeEach(() => client.flushdb())
  afterAll(async () => {
    client.disconnect()
    await server.stop()
  })
  for (const { name, run } of [...checks, contractCheck])
    test(name, { timeout: 60_000 }, () => run(client, executeScript.text))
})
