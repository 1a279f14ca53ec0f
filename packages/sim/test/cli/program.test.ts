/** The program itself, as a process. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"

import { storeFile, tallystick } from "./spawn.ts"

const folder = mkdtempSync(join(tmpdir(), "tallystick-cli-"))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const trace = [
  "GeneratedTokens,TIMESTAMP,ContextTokens",
  ...Array.from({ length: 30 }, (_, i) => `${50 + i},2023-11-16 18:15:${10 + i}.1234567,${1_000 + i}`),
  ""
].join("\n")

/** On a busy machine a short run takes long enough to show some. */
const onlyProgress = /^((explore|replay) {2}[^\n]*\n)*$/

/** The program starts in 0.2 s, on a busy machine in seconds. */
const SLOW = { timeout: 60_000 }

describe("help and version", SLOW, () => {
  it("are printed, with status 0", async () => {
    const [all, version, explore, replay] = await Promise.all(
      [["--help"], ["--version"], ["explore", "--help"], ["help", "replay"]].map((argv) => tallystick(argv))
    )
    for (const one of [all, version, explore, replay]) assert.deepStrictEqual([one?.status, one?.err], [0, ""])
    for (const name of ["start", "explore", "replay"]) assert.include(all?.out, `\n  ${name} `)
    assert.match(version?.out ?? "", /^\d+\.\d+\.\d+\n$/)
    assert.include(explore?.out, "--invariants I1,I2")
    assert.include(replay?.out, "--skip-bad-rows")
    for (const line of [...(explore?.out ?? "").split("\n"), ...(replay?.out ?? "").split("\n")]) {
      assert.isAtMost(line.length, 110)
    }
  })
})

describe("a wrong call", SLOW, () => {
  const calls: ReadonlyArray<readonly [argv: ReadonlyArray<string>, says: string]> = [
    [[], "usage: tallystick COMMAND"],
    [["exlpore"], "unknown command exlpore: did you mean explore?"],
    [["--runs"], "unknown option --runs"],
    [["explore", "--rnus", "3"], "unknown option --rnus: did you mean --runs?"],
    [["replay", "--users", "0"], "--users must be an integer from 1 to 1000000, was 0"],
    [["explore", "file.csv"], "unexpected argument file.csv"],
    [["explore", "--store", "rdis"], 'no store "rdis"'],
    [["explore", "--store", storeFile("none")], "its default export is no function"],
    [["migrate"], "--store is missing"],
    [["migrate", "--store", "memory"], "--store must be the URL of a Postgres database (postgres://...), was memory"],
    [["migrate", "--store", "postgres://127.0.0.1:1/nowhere"], "no connection to Postgres"],
    [["migrate", "--store", "postgres://127.0.0.1:1/nowhere", "--schema", "pg_x"], "not beginning with pg_"],
    [["replay", "--store", "./missing.ts"], "there is no file"],
    [["replay", join(folder, "missing.csv")], "there is no such file"],
    [
      ["replay", file("bad.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,1,-2\n")],
      "bad.csv: line 2: GeneratedTokens"
    ]
  ]
  for (const [argv, says] of calls) {
    it(`ends with status 2: tallystick ${argv.join(" ").slice(0, 60)}`, async () => {
      const { status, out, err } = await tallystick(argv)
      assert.deepStrictEqual([status, out], [2, ""], err)
      assert.include(err, says)
      assert.notInclude(err, "    at ")
    })
  }
})

describe("replay", SLOW, () => {
  it("takes a file through, and prints the tables", async () => {
    const { status, out, err } = await tallystick(["replay", file("trace.csv", trace), "--users", "3"])
    assert.strictEqual(status, 0)
    assert.match(err, onlyProgress)
    assert.match(out, /^replay: every invariant held\n.*trace\.csv, store memory\n/)
    assert.match(out, /requests +30 +of 9 accounts/)
    assert.match(out, /tokens +\d/)
    assert.match(out, /I8 +when all is over/)
  })

  it("gives one object, the same bytes each time, with times beside it", async () => {
    const argv = ["replay", "--rows", "100", "--seed", "5", "--json", "--timing"]
    const [first, second] = await Promise.all([tallystick(argv), tallystick(argv)])
    assert.strictEqual(first.out, second.out)
    assert.match(first.err, /requests\/s/)
    const report = JSON.parse(first.out)
    assert.deepStrictEqual([report.command, report.requests, report.granted + report.denied], ["replay", 100, 100])
    assert.notMatch(first.out, /Ms|second|elapsed/)
  })

  it("goes on without bad rows if told to, and names them", async () => {
    const path = file("some.csv", `${trace}1,soon,1\n`)
    assert.strictEqual((await tallystick(["replay", path])).status, 2)
    const { status, err, out } = await tallystick(["replay", path, "--skip-bad-rows"])
    assert.strictEqual(status, 0)
    assert.include(err, "some.csv: line 32 skipped: TIMESTAMP must be")
    assert.match(out, /requests +30/)
  })

  it("ends with status 1 over a store that breaks an invariant; the last line says how to see it again", async () => {
    const argv = ["replay", "--rows", "50", "--tokens", "2000", "--users", "2", "--store", storeFile("generous")]
    const { status, out } = await tallystick(argv)
    assert.strictEqual(status, 1)
    const lines = out.trimEnd().split("\n")
    assert.match(
      lines.at(-1) ?? "",
      /^tallystick replay --seed 1 --store .*generous\.ts --rows 50 --users 2 --tokens 2000$/
    )
    assert.match(out, /I[18]: /)
  })
})

describe("explore", SLOW, () => {
  it("over a store of the user's own holds, and gives the same bytes each time", async () => {
    const argv = ["explore", "--runs", "30", "--seed", "2", "--json", "--store", storeFile("memory")]
    const [first, second] = await Promise.all([tallystick(argv), tallystick(argv)])
    assert.strictEqual(first.status, 0, first.out)
    assert.match(first.err, onlyProgress)
    assert.strictEqual(first.out, second.out)
    const report = JSON.parse(first.out)
    assert.deepStrictEqual([report.command, report.ok, report.runs, report.failure], ["explore", true, 30, null])
  })

  it("finds what is wrong with a store: status 1, and the last line plays it again", async () => {
    const html = join(folder, "failure.html")
    const { status, out } = await tallystick(["explore", "--store", storeFile("generous"), "--html", html])
    assert.strictEqual(status, 1)
    const command = out.trimEnd().split("\n").at(-1) ?? ""
    assert.match(command, /^tallystick explore --store .*generous\.ts --seed 1 --tape [\w-]+$/)
    assert.match(out, / >> I\d+ broke: /)
    assert.include(readFileSync(html, "utf8"), "broke here")
    const again = await tallystick(command.split(" ").slice(1))
    assert.strictEqual(again.status, 1)
    const broke = / >> (I\d+ broke: .*)/
    assert.strictEqual(broke.exec(again.out)?.[1], broke.exec(out)?.[1])
  })

  it("ends cleanly at Ctrl-C, and prints what was found", async () => {
    const { status, out } = await tallystick(["explore", "--runs", "100000000", "--invariants", "I13"], {
      onError: (_, kill) => kill("SIGINT")
    })
    assert.strictEqual(status, 130, out)
    assert.match(out, /^explore: every invariant held\n.*runs \(stopped before the end\)\n/)
    assert.match(out, /I13 +nothing is admitted while closed +[\d,]+/)
  })

  it("stops after its seconds", async () => {
    const { status, out } = await tallystick(["explore", "--seconds", "1", "--invariants", "I13", "--timing"])
    assert.strictEqual(status, 0, out)
    assert.match(out, /messages\/s/)
  })
})

describe("start", SLOW, () => {
  it("explores, replays, and shows one run", async () => {
    const { status, out } = await tallystick(["start", "--seconds", "1"], {
      env: { TALLYSTICK_TRACE: file("start.csv", trace) }
    })
    assert.strictEqual(status, 0, out)
    assert.match(out, /^explore: every invariant held/)
    assert.match(out, /\nreplay: every invariant held\n.*start\.csv/)
    assert.match(out, /\none of these runs, step by step\n/)
    assert.match(out.trimEnd().split("\n").at(-1) ?? "", /^tallystick explore --store memory --seed 1 --tape /)
  })
})
