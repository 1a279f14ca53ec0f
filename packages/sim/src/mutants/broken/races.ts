/**
 * Races: right as long as one call is under way, wrong as soon as there are two. Each waits where a store that talks to a server would.
 */
import type { Edit, Patch } from "../patch.ts"

const MEMORY = "adapter-memory/src/memory-store.ts"

/** `execute` as a generator: `read` holds the commands, checked; the body adds their answers to `outcomes`, and may wait. */
const asGenerator = (body: string): Edit => ({
  file: MEMORY,
  find: "    execute: (commands) => step(() => readCommands(commands), executeAt),\n",
  replace: `    execute: (commands) =>
      Effect.gen(function* () {
        const read = yield* step(() => readCommands(commands), (input) => input)
        const outcomes = []
${body}
        return outcomes
      }),
`
})

/** Writes changes as sums to what lies there now, and not what the machine made of the rows that it saw. */
const write = (changes: string): string =>
  `tables.write(tables.fetch(command, nowMs), { changes: ${changes}, works: [] })`

const readClock = `const nowMs = yield* step(() => 0, (_, nowMs) => nowMs)`

/** Reads rows, decides, waits, then does `write`, command by command. */
const decidedBeforeTheWait = (then: string): Edit =>
  asGenerator(`        ${readClock}
        for (const command of read) {
          const { answer, changes, works } = decide(tables.fetch(command, nowMs), command, nowMs, settings)
          ${then}
          outcomes.push(answer)
        }`)

/** Two commands that name the same two accounts the other way round can wait for each other for ever. */
export const lockingInOrderOfLegs: ReadonlyArray<Edit> = [
  asGenerator(`        const keys = [...new Set(read.flatMap((command) => command.legs.map(accountKey)))]
        for (const key of keys) {
          while (locked.has(key)) yield* Effect.callback((resume) => {
            waiters.set(key, [...(waiters.get(key) ?? []), () => resume(Effect.void)])
          })
          locked.add(key)
          yield* Effect.yieldNow
        }
        ${readClock}
        outcomes.push(...executeAt(read, nowMs))
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

export const races: ReadonlyArray<Patch> = [
  {
    name: "check-then-act",
    what: "reads the rows and decides, waits, then adds what it decided",
    edits: [decidedBeforeTheWait(`yield* Effect.yieldNow\n          ${write("changes")}`)]
  },
  {
    name: "lost-update",
    what: "waits between reading and writing, then writes whole accounts over what others wrote meanwhile",
    edits: [
      decidedBeforeTheWait(`yield* Effect.yieldNow
          ${write("changes")}
          for (const { leg } of changes) {
            const slot = tables.slots.get(accountKey(command.legs[leg]))
            if (slot !== undefined) Object.assign(slot, works[leg].rows.account)
          }`)
    ]
  },
  {
    name: "legs-written-one-by-one",
    what: "decides rightly, and waits between writing the first leg and the second",
    edits: [
      decidedBeforeTheWait(`for (const change of changes) {
            ${write("[change]")}
            if (change.leg < command.legs.length - 1) yield* Effect.yieldNow
          }`)
    ]
  },
  {
    name: "id-looked-up-before-the-lock",
    what: "asks whether an id is known, waits for the lock, and decides by what it knew before",
    edits: [
      asGenerator(`        const atMs = yield* step(() => 0, (_, nowMs) => nowMs)
        const known = read.map((command) => tables.fetch(command, atMs))
        yield* Effect.yieldNow
        ${readClock}
        for (const [index, command] of read.entries()) {
          const rows = tables.fetch(command, nowMs)
          const mixed = rows.map((fresh, leg) => index > 0 ? fresh : { ...fresh, entry: known[0][leg].entry })
          const { answer, changes } = decide(mixed, command, nowMs, settings)
          ${write("changes")}
          outcomes.push(answer)
        }`)
    ]
  },
  {
    name: "clock-read-before-the-lock",
    what: "reads its clock, then waits for the lock, so that commands take effect in another order than that of their times",
    edits: [
      asGenerator(`        ${readClock}
        yield* Effect.yieldNow
        outcomes.push(...executeAt(read, nowMs))`)
    ]
  },
  {
    name: "locks-in-order-of-legs",
    what: "locks accounts in the order in which a command names them, so that two commands can wait for each other",
    edits: lockingInOrderOfLegs
  }
]
