/**
 * A process that may write 1 kB to a file, until it may write more.
 */
import { spawnSync } from "node:child_process"
import { readdirSync } from "node:fs"

import { fileJournal, type JournalProblem } from "../../src/journal/index.ts"
import { entryOf } from "./entry.ts"

const problems: Array<JournalProblem> = []
const journal = fileJournal({ folder: process.argv[2]!, report: (problem) => problems.push(problem) })
const rejected: Array<string> = []
for (const id of ["a", "b", "c", "d"]) {
  await Promise.resolve(journal.record(entryOf(id))).catch(() => rejected.push(id))
}
const waiting = (await journal.pending(10)).map(({ ending }) => ending.id)
const kinds = problems.map(({ kind }) => kind)
const files = readdirSync(process.argv[2]!).filter((name) => name.endsWith(".journal")).length
spawnSync("prlimit", [`--pid=${process.pid}`, "--fsize=unlimited"])
await journal.record(entryOf("e"))
process.send!({ rejected, waiting, kinds, files })
process.disconnect()
