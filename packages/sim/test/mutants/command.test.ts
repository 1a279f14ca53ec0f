import { describe, expect, it } from "vitest"

import { run } from "../../src/mutants/command.ts"

const runOf = async (args: { readonly seeds: number; readonly runs: number; readonly only: string }) => {
  let text = ""
  const status = await run({ ...args, write: (more) => (text += more) })
  return { status, lines: text.split("\n") }
}

const TIMEOUT_MS = 60_000 // on a busy machine

describe("tallystick mutants", { timeout: TIMEOUT_MS }, () => {
  it("shows what found a bug, and ends with 0", async () => {
    const { status, lines } = await runOf({ seeds: 1, runs: 100, only: "one-leg-stays" })
    expect(status).toBe(0)
    expect(lines[1]).toMatch(/^ {2}one-leg-stays +found in \d+ runs \(most \d+\) +\d steps \(most \d\) +I5$/)
    expect(lines[2]).toMatch(/^ {4}without it +by nothing else$/)
    expect(lines.at(-2)).toBe("all 1 bugs found")
  })

  it("ends with 1 if one is missed", async () => {
    const { status, lines } = await runOf({ seeds: 1, runs: 1, only: "locks-in-order" })
    expect(status).toBe(1)
    expect(lines[1]).toMatch(/NOT FOUND from seed 1$/)
    expect(lines.at(-2)).toBe("1 of 1 bugs missed")
  })

  it("ends with 1 if there is no such bug", async () => {
    expect((await runOf({ seeds: 1, runs: 1, only: "no such bug" })).status).toBe(1)
  })
})
