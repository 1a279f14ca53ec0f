/**
 * Reads commands from outside: copies, so that nothing changes under us, then checks the copy. What it gives is what `decide` takes.
 */
import { readArray, readChoice, readInteger, readObject, readOptional, readText } from "./check.ts"
import type { Fields } from "./check.ts"
import type { AccountTerms, Adjustment, Command, Settle } from "./command.ts"
import { MAX_AMOUNT, MAX_CLOCK_MS, MAX_TTL_MS, MAX_UNIT_LENGTH } from "./constants.ts"
import { InvalidInput } from "./invalid-input.ts"
import { readAccount, readLegs, readLimit } from "./read-account.ts"

const settles: ReadonlyArray<Settle> = ["actual", "none", "held"]

/**
 * A checked copy of a command. `settle` is `actual`, `overage` `debit`, `ifUnknown` `mark` and `sentAgoMs` 0 unless given.
 *
 * @throws InvalidInput names the field, its range and the value: `legs[2].amount must be an integer from 1 to 9007199254740991, was 1.5`
 *
 * @example
 * readCommand({ kind: "release", id: "r1", legs: [{ account: "user:ada", unit: "tokens", limit: 100 }] })
 */
export const readCommand = (value: unknown): Command => {
  const fields = readObject(value, "command")
  const kind = readChoice(fields["kind"], "kind", [
    "reserve",
    "extend",
    "finalize",
    "release",
    "charge",
    "adjust",
    "lookup"
  ])
  const id = readText(fields["id"], "id")
  switch (kind) {
    case "reserve":
      return { kind, id, ttlMs: readTtl(fields["ttlMs"]), legs: readLegs(fields["legs"], "legs", readReserveLeg) }
    case "extend":
      return {
        kind,
        id,
        ttlMs: readOptional(fields["ttlMs"], readTtl),
        whenUnknown: readOptional(fields["whenUnknown"], (policy) =>
          readChoice(policy, "whenUnknown", ["charge-held", "charge-measured", "refund"])
        ),
        legs: readLegs(fields["legs"], "legs", readExtendLeg)
      }
    case "finalize":
      return {
        kind,
        id,
        overage: readChoice(fields["overage"] ?? "debit", "overage", ["debit", "cap"]),
        ifUnknown: readChoice(fields["ifUnknown"] ?? "mark", "ifUnknown", ["mark", "charge"]),
        sentAgoMs: readInteger(fields["sentAgoMs"] ?? 0, "sentAgoMs", 0, MAX_CLOCK_MS),
        legs: readLegs(fields["legs"], "legs", readFinalizeLeg)
      }
    case "release":
      return { kind, id, legs: readLegs(fields["legs"], "legs", readTerms) }
    case "charge":
      return { kind, id, legs: readLegs(fields["legs"], "legs", readChargeLeg) }
    case "adjust":
      return { kind, id, adjustment: readAdjustment(fields["adjustment"]), legs: readOneLeg(fields["legs"]) }
    case "lookup":
      return { kind, id, legs: readLegs(fields["legs"], "legs", readAccount) }
  }
}

const readTtl = (value: unknown): number => readInteger(value, "ttlMs", 1, MAX_TTL_MS)

const readTerms = (fields: Fields, field: string): AccountTerms => {
  const account = readAccount(fields, field)
  return { ...account, unit: account.unit ?? readText(undefined, `${field}.unit`, MAX_UNIT_LENGTH) }
}

const readReserveLeg = (fields: Fields, field: string) => ({
  ...readTerms(fields, field),
  amount: readInteger(fields["amount"], `${field}.amount`, 1, MAX_AMOUNT),
  settle: readChoice(fields["settle"] ?? "actual", `${field}.settle`, settles)
})

const readAmount = (value: unknown, field: string): number | undefined =>
  readOptional(value, (amount) => readInteger(amount, field, 0, MAX_AMOUNT))

const readExtendLeg = (fields: Fields, field: string) => ({
  ...readTerms(fields, field),
  total: readAmount(fields["total"], `${field}.total`),
  measured: readAmount(fields["measured"], `${field}.measured`)
})

const readFinalizeLeg = (fields: Fields, field: string) => ({
  ...readTerms(fields, field),
  actual: readAmount(fields["actual"], `${field}.actual`)
})

const readChargeLeg = (fields: Fields, field: string) => ({
  ...readTerms(fields, field),
  amount: readInteger(fields["amount"], `${field}.amount`, 0, MAX_AMOUNT)
})

const readOneLeg = (value: unknown) => {
  const legs = readLegs(value, "legs", readAccount)
  if (legs.length !== 1) throw new InvalidInput("legs", "an array of exactly 1", value)
  return [legs[0]!] as const
}

const readAdjustment = (value: unknown): Adjustment => {
  const fields = readObject(value, "adjustment")
  const kind = readChoice(fields["kind"], "adjustment.kind", ["setLimit", "credit", "reset", "close", "reopen"])
  switch (kind) {
    case "setLimit": {
      const limit = fields["limit"]
      return { kind, limit: limit === "code" ? "code" : readLimit(limit, "adjustment.limit") }
    }
    case "credit":
      return { kind, amount: readInteger(fields["amount"], "adjustment.amount", -MAX_AMOUNT, MAX_AMOUNT) }
    case "reset":
    case "close":
    case "reopen":
      return { kind }
  }
}

/** Commands of one call: at most this many, so that one call cannot hold a server for long. */
export const MAX_COMMANDS = 1_000

/** Checked copies of all commands of a call; of several the field says which: `commands[1].legs[0].amount`. */
export const readCommands = (value: unknown): ReadonlyArray<Command> => {
  const commands = readArray(value, "commands", 0, MAX_COMMANDS)
  if (commands.length === 1) return [readCommand(commands[0])]
  return commands.map((command, index) => {
    try {
      return readCommand(command)
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error
      throw new InvalidInput(`commands[${index}].${error.field}`, error.range, error.value)
    }
  })
}
