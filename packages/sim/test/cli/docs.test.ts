/** The commands that the documentation shows are ones that the program takes. */
import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"

import { readArguments } from "../../src/cli/arguments.ts"
import { commands } from "../../src/cli/program.ts"

const root = new URL("../../../../", import.meta.url)
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(new URL("docs", root)).map((name) => `docs/${name}`)
].filter((name) => name.endsWith(".md"))

/** Lines of shell blocks that call the program, each without what stands before and behind. */
const calls = pages.flatMap((page) =>
  [...readFileSync(new URL(page, root), "utf8").matchAll(/^```sh\n(.*?)\n```$/gms)].flatMap(([, block = ""]) =>
    block.split("\n").flatMap((line) => {
      const [, rest] = /^(?:npx )?(?:tallystick|npm run -s sim --) (.*)$/.exec(line.replace(/\s+#.*$/, "")) ?? []
      return rest === undefined ? [] : [{ page, line, argv: rest.split(/\s+/) }]
    })
  )
)

describe("the documentation", () => {
  it("shows the program", () => assert.isAbove(calls.length, 5))

  for (const { page, line, argv } of calls)
    it(`${page}: ${line}`, () => {
      const [name, ...rest] = argv
      if (name!.startsWith("--")) return
      const command = commands.find((one) => one.name === name)
      assert.isDefined(command, `there is no command ${name}`)
      readArguments(command.name, command.options, command.maxPositionals, rest)
    })

  it("docs/operating.md has every command for operators", () => {
    const page = readFileSync(new URL("docs/operating.md", root), "utf8")
    const forOperators = commands.filter(({ options }) => "store" in options && "prefix" in options)
    assert.isAbove(forOperators.length, 5)
    for (const { name } of forOperators) assert.include(page, `\`${name} `, name)
  })
})
