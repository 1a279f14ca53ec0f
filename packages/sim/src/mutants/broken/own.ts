/**
 * Bugs that people make once they know the classic ones.
 */
import type { Patch } from "../patch.ts"

export const own: ReadonlyArray<Patch> = [
  {
    name: "call-reads-all-first",
    what: "the commands of one call are decided by the rows before it, so that the second does not see the first",
    edits: [
      {
        file: "adapter-memory/src/memory-store.ts",
        find: `    const outcomes = commands.map((command) => {
      const fetched = tables.fetch(command, nowMs)
`,
        replace: `    const before = commands.map((command) => tables.fetch(command, nowMs))
    const outcomes = commands.map((command, index) => {
      const fetched = before[index]
`
      }
    ]
  },
  {
    name: "late-finalize-debits-in-full",
    what: "a finalize after the deadline debits the whole actual on top of what the expiry charged",
    edits: [
      {
        file: "core/src/machine/ending.ts",
        find: "const difference = debited - entry.expiryCost",
        replace: "const difference = debited"
      }
    ]
  },
  {
    name: "renewal-holds-again",
    what: "an extend that renews adds its hold to the sum again",
    edits: [
      {
        file: "core/src/machine/extend.ts",
        find: "    reservedDelta: growth,",
        replace: "    reservedDelta: deadlineMs === entry.deadlineMs ? growth : held,"
      }
    ]
  }
]
