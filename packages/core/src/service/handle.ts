/**
 * A reservation as plain JSON: all that another process needs to go on with it, or to end it.
 */
import type { Settle } from "../machine/command.ts"
import { MAX_UNIT_LENGTH } from "../machine/constants.ts"
import { InvalidInput } from "../machine/invalid-input.ts"
import { type KeptQuote, readKeptQuotes } from "../pricing/kept-quote.ts"
import { readAccount, readLegs } from "../machine/read-account.ts"
import { readAmount, readArray, readChoice, readObject, readText } from "./check.ts"
import type { Amounts } from "./limit.ts"
import type { Account, Leg } from "./leg.ts"
import { type Part } from "./part.ts"
import { readTurnSettings, defaultSettings, type TurnSettings } from "./settings.ts"
import { newTurn, type Standing, type Turn } from "./turn.ts"
import { readWindowName } from "./window.ts"

/** `JSON.stringify` it, send it, keep it. It holds no secret, but whoever has it can end the reservation. */
export interface ReservationHandle {
  readonly version: 1
  readonly requestId: string
  /** Whether the store holds it, or how its end is counted without a hold (`enforce: false`). */
  readonly standing: Standing["_tag"]
  readonly settings: TurnSettings
  /** What a usage report may name. */
  readonly units: ReadonlyArray<string>
  readonly measured: Amounts
  /** The rates that its models are priced by. */
  readonly quotes?: ReadonlyArray<KeptQuote> | undefined
  readonly parts: ReadonlyArray<{
    readonly id: string
    readonly held: Amounts
    readonly from: Amounts
    readonly legs: ReadonlyArray<HandleLeg>
  }>
}

/** An account of a reservation. */
export interface HandleLeg extends Account {
  readonly unit: string
  readonly settle: Settle
  readonly amount: number
}

/** The handle of a turn as it is now. */
export const handleOf = (turn: Turn): ReservationHandle => ({
  version: 1,
  requestId: turn.requestId,
  standing: turn.standing._tag,
  settings: turn.settings,
  units: [...turn.units],
  measured: turn.meter.totals(),
  quotes: turn.quotes.all(),
  parts: turn.parts.map(({ id, held, from, legs }) => ({ id, held, from, legs }))
})

const MAX_PARTS = 32

/** Reads a handle that came from outside; throws `InvalidInput` that names the field. */
export const readHandle = (value: unknown): Turn => {
  const fields = readObject(value, "handle")
  if (fields["version"] !== 1) throw new InvalidInput("handle.version", "1", fields["version"])
  const requestId = readText(fields["requestId"], "handle.requestId")
  const standing = readChoice(fields["standing"], "handle.standing", ["held", "observed", "undecided"])
  const units = readArray(fields["units"], "handle.units", 0, 1_000).map((unit, index) => {
    return readText(unit, `handle.units[${index}]`, MAX_UNIT_LENGTH)
  })
  const parts = readArray(fields["parts"], "handle.parts", 1, MAX_PARTS).map((part, index) => {
    return readPart(part, `handle.parts[${index}]`)
  })
  const asked = {
    requestId,
    part: parts[0]!,
    estimated: units,
    settings: readTurnSettings(readObject(fields["settings"], "handle.settings"), defaultSettings),
    quotes: readKeptQuotes(fields["quotes"], "handle.quotes")
  }
  const turn = newTurn(
    asked,
    standing === "observed" ? { _tag: standing, refused: null } : { _tag: standing },
    undefined
  )
  turn.parts.push(...parts.slice(1))
  turn.meter.add(readByUnit(fields["measured"], "handle.measured"))
  return turn
}

const readPart = (value: unknown, field: string): Part => {
  const fields = readObject(value, field)
  return {
    id: readText(fields["id"], `${field}.id`),
    held: readByUnit(fields["held"], `${field}.held`),
    from: readByUnit(fields["from"], `${field}.from`),
    legs: readLegs(fields["legs"], `${field}.legs`, (leg, legField) => {
      const { account, limit, warnAt } = readAccount({ ...leg, window: undefined }, legField)
      const read: Leg = {
        account,
        window: readWindowName(leg["window"], `${legField}.window`),
        unit: readText(leg["unit"], `${legField}.unit`, MAX_UNIT_LENGTH),
        limit,
        warnAt,
        settle: readChoice(leg["settle"], `${legField}.settle`, ["actual", "none", "held"]),
        amount: readAmount(leg["amount"], `${legField}.amount`, 1)
      }
      // As everywhere, accounts are told apart by their windows' names.
      return read as Leg & ReturnType<typeof readAccount>
    })
  }
}

const readByUnit = (value: unknown, field: string): Amounts =>
  Object.fromEntries(
    Object.entries(readObject(value, field)).map(([unit, amount]) => [unit, readAmount(amount, `${field}.${unit}`)])
  )
