/**
 * Races: correct one command at a time, wrong as soon as two calls are under way. Each gives up the processor where a store that talks to a server would.
 */
import type { Edit, Patch } from "../patch.ts"

const MEMORY = "adapter-memory/src/memory-store.ts"

/** The clock's reading and the commands, checked, in a generator; the body makes `outcomes` of them, and may yield. */
const asGenerator = (body: string): Edit => ({
  file: MEMORY,
  find: "    execute: (commands) => step(() => readCommands(commands), executeAt),\n",
  replace: `    execute: (commands) =>
      Effect.gen(function* () {
        const read = yield* step(() => readCommands(commands), (input) => input)
        const outcomes = []
        for (const command of read) {
${body}
        }
        return outcomes
      }),
`
})

const nowMs = `const nowMs = yield* step(() => 0, (_, nowMs) => nowMs)`

export const races: ReadonlyArray<Patch> = [
  {
    name: "check-then-act",
    what: "reads the rows and decides, waits, then writes what it decided",
    edits: [
      asGenerator(`          ${nowMs}
          const { answer, changes } = decide(tables.fetch(command, nowMs), command, nowMs, settings)
          yield* Effect.yieldNow
          tables.write(command, changes)
          outcomes.push(answer)`)
    ]
  },
  {
    name: "lost-update",
    what: "waits between reading and writing, then writes whole account rows over what others wrote meanwhile",
    edits: [
      asGenerator(`          ${nowMs}
          const { answer, changes, after } = decide(tables.fetch(command, nowMs), command, nowMs, settings)
          yield* Effect.yieldNow
          tables.write(command, changes)
          for (const change of changes) {
            const row = after[change.leg].account
            const slot = tables.slots.get(accountKey(command.legs[change.leg]))
            if (row !== undefined && slot !== undefined) slot.account = row
          }
          outcomes.push(answer)`)
    ]
  },
  {
    name: "id-looked-up-before-the-lock",
    what: "asks whether the id is known, waits for the lock, and decides by what it knew before",
    edits: [
      asGenerator(`          const early = tables.fetch(command, yield* step(() => 0, (_, nowMs) => nowMs))
          yield* Effect.yieldNow
          ${nowMs}
          const rows = tables.fetch(command, nowMs).map((fresh, leg) => ({ ...fresh, entry: early[leg].entry }))
          const { answer, changes } = decide(rows, command, nowMs, settings)
          tables.write(command, changes)
          outcomes.push(answer)`)
    ]
  },
  {
    name: "clock-read-before-the-lock",
    what: "reads its clock, then waits for the lock, so that commands take effect in another order than their times",
    edits: [
      asGenerator(`          ${nowMs}
          yield* Effect.yieldNow
          outcomes.push(...executeAt([command], nowMs))`)
    ]
  },
  {
    name: "legs-written-one-by-one",
    what: "decides rightly and waits between writing the first leg and the second",
    expects: "I5",
    edits: [
      asGenerator(`          ${nowMs}
          const { answer, changes } = decide(tables.fetch(command, nowMs), command, nowMs, settings)
          for (const change of changes) {
            tables.write(command, [change])
            yield* Effect.yieldNow
          }
          outcomes.push(answer)`)
    ]
  },
  {
    name: "locks-in-order-of-legs",
    what: "locks accounts in the order in which a command names them, so that two commands can wait for each other",
    expects: "I10",
    edits: [
      asGenerator(`          const keys = command.legs.map(accountKey)
          for (const key of keys) {
            while (locked.has(key)) yield* Effect.callback((resume) => {
              const waiting = waiters.get(key) ?? []
              waiters.set(key, [...waiting, () => resume(Effect.void)])
            })
            locked.add(key)
            yield* Effect.yieldNow
          }
          ${nowMs}
          outcomes.push(...executeAt([command], nowMs))
          for (const key of keys) {
            locked.delete(key)
            const waiting = waiters.get(key) ?? []
            waiters.delete(key)
            for (const wake of waiting) wake()
          }`),
      {
        file: MEMORY,
        find: "  let forgottenEarly = 0\n",
        replace: "  let forgottenEarly = 0\n  const locked = new Set()\n  const waiters = new Map()\n"
      }
    ]
  }
]
