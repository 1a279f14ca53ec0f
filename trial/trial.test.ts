/**
 * The ten-minute trial, by a machine: the packed packages in a new folder, the blocks of the quick start as they stand, from TypeScript and from JavaScript.
 */
import { rmSync } from "node:fs"
import { join } from "node:path"

import { isNone, postgresServer, redisServer } from "@tallystick/test-servers"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

import { newFolder, nodeOf, run, write } from "./newcomer.ts"

const [redis, postgres] = [await redisServer(), await postgresServer()]
const user = `newcomer-${process.pid}`
const env = {
  ...(isNone(redis) ? {} : { REDIS_URL: redis.url }),
  ...(isNone(postgres) ? {} : { DATABASE_URL: postgres.url })
}

const served = Array.from({ length: 5 }, () => "200 Because it scatters.")

/** What each program prints; a name of its own for each run, since servers remember. */
const printed = (program: string, name: string): ReadonlyArray<string | RegExp> => {
  const asked = `user:${name}`
  switch (program) {
    case "postgres":
      return [
        ...served.slice(0, 3),
        ...[3, 4, 5].map(() => new RegExp(`^402 ${asked}: \\d+ microusd asked, 5625 of 30000 left$`))
      ]
    default:
      return [...served, new RegExp(`^429 ${asked}: 1220 tokens asked, 500 of 5000 left, resets in .*$`)]
  }
}

const check = async (folder: string, node: string, file: string, program: string, name: string): Promise<void> => {
  const { out, err } = await run(folder, node, [file, name], env)
  assert.strictEqual(err, "")
  const lines = out.split("\n")
  const expected = printed(program, name)
  assert.lengthOf(lines, expected.length, out)
  for (const [index, line] of lines.entries()) {
    const wanted = expected[index]!
    if (typeof wanted === "string") assert.strictEqual(line, wanted)
    else assert.match(line, wanted)
  }
}

describe("a new user", () => {
  let folder = ""
  let node22: string | undefined
  beforeAll(async () => {
    folder = await newFolder()
    write(folder)
    node22 = await nodeOf(folder, 22)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const tsc = async (...args: ReadonlyArray<string>) =>
    run(folder, process.execPath, [join(folder, "node_modules/typescript/bin/tsc"), "-p", ".", ...args])

  it("compiles the quick start, strict", async () => {
    assert.strictEqual((await tsc()).out, "")
  })

  it("finds no error in the packages' own types", async () => {
    // Those of `ai` have some with exactOptionalPropertyTypes.
    const said = await tsc("--noEmit", "--skipLibCheck", "false").catch((error: unknown) => ({ out: String(error) }))
    assert.deepEqual(
      said.out.split("\n").filter((line) => line.includes("node_modules/@tallystick/")),
      []
    )
  })

  const programs = ["memory", ...(isNone(redis) ? [] : ["redis"]), ...(isNone(postgres) ? [] : ["postgres"])]
  for (const program of programs) {
    it(`runs it with ${program}, from TypeScript, on Node 24`, async () =>
      check(folder, process.execPath, `out/${program}.js`, program, `${user}-ts`))
    it(`runs it with ${program}, from JavaScript, on Node 22`, async ({ skip }) => {
      if (node22 === undefined) return skip()
      assert.match((await run(folder, node22, ["--version"])).out, /^v22\./)
      return check(folder, node22, `js/${program}.js`, program, `${user}-js`)
    })
  }

  it.skipIf(isNone(redis))("looks at the account with the program", async () => {
    if (isNone(redis)) return
    const args = ["tallystick", "inspect", `user:${user}-ts`, "--window", "day", "--store", redis.url]
    const { out } = await run(folder, "npx", ["--no-install", ...args])
    assert.match(out, /used +4,500\n +held +0\n/)
  })
})
