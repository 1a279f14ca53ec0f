import { assert, describe, it } from "vitest"

import { readArguments } from "../../src/cli/arguments.ts"
import { flag, integer, optionalText, someOf, text } from "../../src/cli/option.ts"
import { readPrice } from "../../src/cli/price-option.ts"
import { suggest } from "../../src/cli/suggest.ts"

const options = {
  runs: integer(1, 100, 10, "runs"),
  seed: integer(-5, 5, 1, "seed"),
  store: text("STORE", "memory", "store"),
  html: optionalText("FILE", "page"),
  invariants: someOf(["I1", "I2", "I10"], "I1,I2", "which"),
  json: flag("json")
}

const read = (...argv: ReadonlyArray<string>) => readArguments("explore", options, 1, argv)
const refused = (message: string, ...argv: ReadonlyArray<string>) =>
  it(`${argv.join(" ")}: ${message}`, () => {
    try {
      read(...argv)
    } catch (error) {
      assert.strictEqual((error as Error).message, message)
      return
    }
    assert.fail("it was taken")
  })

describe("arguments", () => {
  it("have defaults", () => {
    const values = { runs: 10, seed: 1, store: "memory", html: undefined, invariants: undefined, json: false }
    assert.deepStrictEqual(read(), { values, positionals: [] })
  })

  it("are read in both forms, in any order, with and without positionals", () => {
    const { values, positionals } = read("--runs=3", "file", "--seed", "-2", "--json", "--invariants", "I10, I1")
    assert.deepStrictEqual(values, {
      runs: 3,
      seed: -2,
      store: "memory",
      html: undefined,
      invariants: ["I1", "I10"],
      json: true
    })
    assert.deepStrictEqual(positionals, ["file"])
  })

  it("may name what looks like an option behind --", () =>
    assert.deepStrictEqual(read("--", "--x").positionals, ["--x"]))

  refused("unknown option --rnus: did you mean --runs? `tallystick explore --help` lists them", "--rnus", "3")
  refused("unknown option --sed: did you mean --seed? `tallystick explore --help` lists them", "--sed=3")
  refused("unknown option --threads: `tallystick explore --help` lists them", "--threads")
  refused("unknown option -r: `tallystick explore --help` lists them", "-r")
  refused("unknown option --toString: `tallystick explore --help` lists them", "--toString")
  refused("unknown option --no-json: `tallystick explore --help` lists them", "--no-json")
  refused("--runs must be an integer from 1 to 100, was abc", "--runs", "abc")
  refused("--runs must be an integer from 1 to 100, was 0", "--runs", "0")
  refused("--runs must be an integer from 1 to 100, was 1e1", "--runs", "1e1")
  refused("--runs must be an integer from 1 to 100, was 2.5", "--runs=2.5")
  refused('--runs must be an integer from 1 to 100, was ""', "--runs=")
  refused("--runs needs a value: an integer from 1 to 100", "--runs")
  refused("--runs needs a value: an integer from 1 to 100", "--runs", "--json")
  refused("--runs was given twice", "--runs", "1", "--runs", "2")
  refused("--json takes no value, was given yes", "--json=yes")
  refused('--store must be a text that is not empty, was ""', "--store=")
  refused("--invariants must be one or more of I1,I2,I10, was I1,I3", "--invariants", "I1,I3")
  refused("unexpected argument b: `tallystick explore --help` says what it takes", "a", "b")
})

describe("a suggestion", () => {
  it("is at most two edits away, or begins so", () => {
    const names = ["explore", "replay", "start"]
    const given = ["exlpore", "exp", "rplay", "sttart", "x", "stop", "migrate"]
    const meant = ["explore", "explore", "replay", "start", undefined, undefined, undefined]
    assert.deepStrictEqual(
      given.map((one) => suggest(one, names)),
      meant
    )
  })
})

describe("a price", () => {
  it("is read digit by digit", () => {
    assert.deepStrictEqual(readPrice("2.50,10"), { inputPerMillion: 2_500_000, outputPerMillion: 10_000_000 })
    assert.deepStrictEqual(readPrice("0.000001,0"), { inputPerMillion: 1, outputPerMillion: 0 })
    for (const text of ["1", "1,2,3", "a,b", "-1,2", "1.1234567,1", "10000.1,1", ","])
      assert.isUndefined(readPrice(text))
  })
})
