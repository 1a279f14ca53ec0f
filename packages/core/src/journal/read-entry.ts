/**
 * Checks an entry that a file gave: one that no store can take would be sent again for ever.
 */
import { MAX_UNIT_LENGTH } from "../machine/constants.ts"
import { readAccount, readLegs } from "../machine/read-account.ts"
import { readAmount, readArray, readChoice, readObject, readOptional, readText } from "../service/check.ts"
import type { JournalEntry } from "../service/journal.ts"
import { readWindowName } from "../service/window.ts"

/** The value itself, so that its text stays that of its writer. Throws `InvalidInput` that names the field. */
export const readEntry = (value: unknown): JournalEntry => {
  const fields = readObject(value, "entry")
  if (typeof fields["failure"] !== "string") readText(fields["failure"], "entry.failure")
  const ending = readObject(fields["ending"], "ending")
  readText(ending["id"], "ending.id")
  readText(ending["requestId"], "ending.requestId")
  readChoice(ending["kind"], "ending.kind", ["finalize", "release", "charge"])
  readChoice(ending["overage"], "ending.overage", ["debit", "cap"])
  readChoice(ending["ifUnknown"], "ending.ifUnknown", ["mark", "charge"])
  readAmount(ending["knownAtMs"], "ending.knownAtMs")
  // The machine's reader of a window wants a calendar's starts, which an ending gets when it is sent.
  const windowless = readArray(ending["legs"], "ending.legs", 1, 1_000).map((leg, index) => {
    const field = `ending.legs[${index}]`
    const legFields = readObject(leg, field)
    const window = readWindowName(legFields["window"], `${field}.window`)
    return { ...legFields, name: window, window: undefined }
  })
  readLegs(windowless, "ending.legs", (leg, field) => {
    readText(leg["unit"], `${field}.unit`, MAX_UNIT_LENGTH)
    readOptional(leg["amount"], (amount) => readAmount(amount, `${field}.amount`))
    return { ...readAccount(leg, field), window: leg["name"] as { readonly kind: "none" } }
  })
  return value as JournalEntry
}
