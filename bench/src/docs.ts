/**
 * Writes what a run printed into the docs, between `<!-- bench: NAME -->` and `<!-- bench: end -->`.
 */
import * as fs from "node:fs"

import type { Report } from "./bench.ts"
import { scalingTable } from "./scaling.ts"
import { machineLines, ratioTable, textOf } from "./text.ts"

const blocks = (report: Report, command: string): Readonly<Record<string, ReadonlyArray<string>>> => {
  const where = ["```sh", command, "```", "", ...machineLines(report.machine).map((line) => `- ${line}`)]
  return {
    ratios: [...where, "", ...ratioTable(report.ratios, { markdown: true })],
    results: ["```sh", command, "```", "", textOf(report, { markdown: true })],
    scaling: [...where, "", ...scalingTable(report.results)]
  }
}

/** Puts each block where its name stands. A text without the name stays as it is. */
export const filled = (text: string, named: Readonly<Record<string, ReadonlyArray<string>>>): string =>
  text.replaceAll(/<!-- bench: (\w+) -->[^]*?<!-- bench: end -->/g, (whole: string, name: string) => {
    const lines = named[name]
    return lines === undefined ? whole : [`<!-- bench: ${name} -->`, "", ...lines, "", "<!-- bench: end -->"].join("\n")
  })

export const writeDocs = (report: Report, command: string, root: string): void => {
  const named = blocks(report, command)
  for (const file of ["README.md", "docs/benchmarks.md", "docs/scaling.md"])
    fs.writeFileSync(`${root}/${file}`, filled(fs.readFileSync(`${root}/${file}`, "utf8"), named))
}
