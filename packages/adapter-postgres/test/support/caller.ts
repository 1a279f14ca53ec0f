/**
 * One of the processes of concurrency.test.ts: `node caller.ts URL SCHEMA SEED NUMBER COMMANDS`. It reserves, grows, ends and abandons, in orders of its own,
 * and says on one line what it was told: what each account must have been debited in the end.
 */
import { postgresStore } from "@tallystick/adapter-postgres"
import { readCommand } from "@tallystick/core/machine"
import type { Command, Outcome } from "@tallystick/core/machine"
import * as Effect from "effect/Effect"

import { Draw } from "../../../sim/src/mutants/draw.ts"
import { accountsOf, LEGS } from "./traffic.ts"
import type { Told } from "./traffic.ts"

const [url, schema, seed, number, commands] = process.argv.slice(2) as [string, string, string, string, string]
const draw = new Draw(Number(seed) * 1_000 + Number(number))
const store = postgresStore({ url, options: { max: 3 }, schema, callTimeoutMs: 20_000 })

const told: Told = { debited: {}, tags: {}, failures: [] }

const execute = async (batch: ReadonlyArray<Command>): Promise<ReadonlyArray<Outcome>> => {
  const outcomes = await Effect.runPromise(
    Effect.matchEffect(store.execute(batch), {
      onSuccess: Effect.succeed,
      onFailure: (error) => {
        told.failures.push(`${error._tag}: ${error.message}`)
        return Effect.succeed([])
      }
    })
  )
  for (const [at, outcome] of outcomes.entries()) {
    const kind = `${batch[at]!.kind} ${outcome._tag}`
    told.tags[kind] = (told.tags[kind] ?? 0) + 1
    if (outcome._tag !== "Finalized" && outcome._tag !== "Released") continue
    for (const [index, { debited }] of outcome.legs.entries()) owe(batch[at]!.legs[index]!.account, debited)
  }
  return outcomes
}

const owe = (account: string, amount: number): void => {
  told.debited[account] = (told.debited[account] ?? 0) + amount
}

/** Four of the six accounts, in an order of this call's own. */
const someAccounts = () => {
  const left = [...accountsOf()]
  return Array.from({ length: LEGS }, () => left.splice(draw.below(left.length), 1)[0]!)
}

const shuffled = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> => {
  const left = [...items]
  return items.map(() => left.splice(draw.below(left.length), 1)[0]!)
}

interface Drawn {
  readonly reserve: Command
  /** Nobody ends it. */
  readonly isAbandoned: boolean
  readonly endings: ReadonlyArray<Command>
}

let count = 0
const drawn = (): Drawn => {
  const id = `${number}-${++count}`
  const accounts = someAccounts()
  const legs = accounts.map((leg) => ({ ...leg, amount: 1 + draw.below(leg.settle === "none" ? 2 : 9) }))
  const isAbandoned = draw.below(8) === 0
  const again = shuffled(accounts)
  const amountOf = new Map(legs.map(({ account, amount }) => [account, amount]))
  const actual = again.map((leg) =>
    leg.settle === "actual" ? { ...leg, actual: draw.below(1 + amountOf.get(leg.account)!) } : leg
  )
  const grown = again.map((leg) => (leg.settle === "actual" ? { ...leg, total: 10, measured: draw.below(3) } : leg))
  return {
    reserve: readCommand({ kind: "reserve", id, ttlMs: isAbandoned ? 1 : 3_600_000, legs }),
    isAbandoned,
    endings: [
      ...(draw.below(3) === 0 ? [readCommand({ kind: "extend", id, legs: grown })] : []),
      draw.below(3) === 0
        ? readCommand({ kind: "release", id, legs: again })
        : readCommand({ kind: "finalize", id, overage: "debit", ifUnknown: "mark", sentAgoMs: 0, legs: actual })
    ]
  }
}

/** Some reservations in one call, and their endings in another, or one command a call. */
const turn = async (): Promise<number> => {
  const some = Array.from({ length: 1 + draw.below(3) }, drawn)
  const granted = (await execute(some.map(({ reserve }) => reserve))).map(({ _tag }) => _tag === "Granted")
  const open = some.filter((_, at) => granted[at] === true)
  for (const { reserve } of open.filter(({ isAbandoned }) => isAbandoned))
    for (const leg of (reserve as Extract<Command, { kind: "reserve" }>).legs)
      if (leg.settle === "held") owe(leg.account, leg.amount)
  const endings = shuffled(open.filter(({ isAbandoned }) => !isAbandoned)).flatMap(({ endings }) => endings)
  if (draw.below(2) === 0) for (const ending of endings) await execute([ending])
  else if (endings.length > 0) await execute(endings)
  return some.length + endings.length
}

/** Two lines of calls at a time. */
let left = Number(commands)
const line = async (): Promise<void> => {
  // One failure is enough to fail the test.
  while (left > 0 && told.failures.length === 0) {
    const made = await turn()
    left -= made
  }
}
await Promise.all([line(), line()])
await Effect.runPromise(store.close)
process.stdout.write(`${JSON.stringify(told)}\n`)
