/**
 * The same, of the machine's own function.
 */
import type { Reason } from "../../sim/break/reasons.ts"

const SPARES =
  "Spares a statement, or a trip through the rows, that would find nothing to do: with it done all the same, the same is written."
const BOUND = "A lower bound of the next tick: one that is too early asks once more, and finds what there is."
const READ =
  "Of what is only read nothing is written: nobody asks when its next tick is. (The same line in what locks is seen.)"
const NO_ROW =
  "Of an account that is not there nothing is read but its time, and that is the clock's, whatever is less."
const ONE_LEG = "Of these rows the section that follows reads others only."
const SLOW = "What does not go the short way goes the long one, to the same end."
const IN_ORDER = "By the plan that is forced here, the rows come in this order."
const PRICE = "Policies of one price are one policy."
const EQUAL = "Where both are the same, so is what comes of it."

export const reasonsOfExecute: ReadonlyArray<Reason> = [
  { line: "array_position(ARRAY['refund'", changes: ["> -> >="], why: PRICE },
  { line: "altered.when_unknown := CASE", why: PRICE },
  {
    line: "WHEN bound_end_ms IS NULL OR end_ms IS NULL THEN",
    why: "A window that is open has an end, and its kind one now."
  },
  { line: "WHEN is_unlimited THEN -1", changes: ["1 -> 2"], why: "That it is negative is all that is asked." },
  { line: "IF locks > 0 THEN", why: SPARES },
  { line: "IF locks = 1 THEN", why: SPARES },
  { line: "IF FOUND THEN", changes: ["FOUND -> false"], why: SPARES },
  { line: "locked := 1;", why: SPARES },
  { line: "locked := 0;", why: SPARES },
  { line: "WHERE NOT EXISTS (SELECT 1 FROM {schema}.account AS t", why: SPARES },
  { line: "account.last_ms >= account.due_ms", why: BOUND },
  { line: "(l.row).last_ms >= (l.row).due_ms", why: BOUND },
  { line: "ORDER BY k.number", why: IN_ORDER },
  { line: "ORDER BY t.tick_ms LIMIT k.items + 1", changes: ["ORDER BY t.tick_ms -> "], why: IN_ORDER },
  { line: "row_number() OVER (PARTITION BY g.number ORDER BY g.tick_ms)", why: IN_ORDER },
  {
    line: "LIMIT k.items + 1",
    why: "The command that is denied is one of the items, and empties no row; more rows are more to look at."
  },
  { line: "IF due_from_ms <= now_ms THEN", changes: ["due_from_ms <= now_ms -> true"], why: BOUND },
  { line: "WHERE later.account = t.account", why: BOUND },
  { line: "later.tick_ms > clock.time_ms", why: READ },
  { line: "SELECT array_agg(CASE WHEN t.revision IS NOT NULL THEN ROW(t.account", why: READ },
  { line: "{schema}.blank_account('', '', 0, 0)", why: NO_ROW },
  { line: '$$ SELECT ROW(account, "window", NULL, NULL, false, true, 0, 0', why: NO_ROW },
  { line: "IF 'adjust' = ANY (command_kinds) THEN", changes: ["'adjust' = ANY (command_kinds) -> true"], why: SPARES },
  { line: "IF window_kind <> 'none' THEN", changes: ["window_kind <> 'none' -> true"], why: SPARES },
  {
    line: "is_new := account.revision = 0",
    changes: ["0 -> 1"],
    why: "A row that is no account yet was last changed in 1970, and is forgotten."
  },
  { line: "is_quiet := ", why: SLOW },
  { line: "IF NOT is_quiet AND NOT is_new THEN", changes: ["NOT is_quiet -> true"], why: SLOW },
  {
    line: "IF entry_number IS NOT NULL AND NOT is_new AND kind <> 'adjust' THEN",
    why: "Of an entry that is not there all that is asked is null; of an account that is forgotten every entry is unknown; of an adjustment's answer nobody reads an entry."
  },
  { line: "IF first_leg < last_leg THEN", changes: ["first_leg < last_leg -> true", "< -> <="], why: SPARES },
  { line: "IF is_quiet AND first_leg = last_leg AND NOT is_outside THEN", why: SLOW },
  { line: "IF kind = 'reserve' AND entry_number IS NULL THEN", why: SLOW },
  { line: "is_plain := ", why: SLOW },
  { line: "ELSIF kind = 'finalize' AND state = is_held THEN", why: SLOW },
  { line: "IF NOT is_other AND entry.settle = 'actual'", why: SLOW },
  {
    line: "is_unsound := is_unsound OR used_after < 0",
    why: "What is used is not negative (its table's check), nor made so by what takes effect: what is reserved alone can be."
  },
  {
    line: "due.amount < entry.held OR due.cost < entry.expiry_cost",
    changes: ["< -> <="],
    why: "Others of its deadline may hold, or cost, nothing; a row that says so by mistake is seen when they end."
  },
  {
    line: "entry_number <= entries_found THEN",
    why: "An entry that is made in this call is then written a second time, as it is."
  },
  {
    line: "coalesce(account.start_ms, -1)",
    why: "When a window began is read by nobody: that it has begun is told by its end."
  },
  {
    line: "CASE WHEN state <> is_none THEN concat_ws(",
    why: "Of a leg of which nothing is known core reads no entry."
  },
  {
    line: "IF states[leg] <> is_none AND entry.digest",
    changes: ["states[leg] <> is_none -> true"],
    why: "An entry that is unknown by now is of the same reservation, or there is none."
  },
  { line: "> spendable THEN debit :=", changes: ["> -> >="], why: EQUAL },
  {
    line: "IF account.revision > 0 AND adjustment_rows",
    changes: ["0 -> 1"],
    why: "Revisions begin at the time of birth."
  },
  {
    line: "WHEN kind = 'extend' THEN concat(growths[leg]",
    why: "Whose window has passed asked for nothing that could be granted: core reads no number of it."
  },
  { line: "IF rank = 5 THEN", why: "Of other refusals nobody reads it." },
  { line: "number := leg_accounts[leg];", why: ONE_LEG },
  { line: "entry_number := leg_entries[leg];", why: ONE_LEG },
  { line: "entry := entry_rows[entry_number];", why: ONE_LEG },
  {
    line: "ELSIF act = 'extended' THEN",
    why: "Of what is no renewal there is no altered entry, and so no other deadline."
  },
  { line: "IF made > 0 THEN", changes: ["made > 0 -> true", "> -> >="], why: SPARES },
  {
    line: 'WHERE t.account = k.account AND t."window" = windows[k.number] AND t.revision = 0',
    why: "No other row has revision 0: the key is there for the index."
  },
  {
    line: "IF entry_count > entries_found THEN",
    changes: ["entry_count > entries_found -> true", "> -> >="],
    why: SPARES
  },
  { line: "IF has_entry_updates THEN", changes: ["has_entry_updates -> true"], why: SPARES },
  { line: "IF has_due_left THEN", changes: ["has_due_left -> true"], why: SPARES },
  { line: "IF has_due_altered THEN", changes: ["has_due_altered -> true"], why: SPARES },
  { line: "IF has_due_joined THEN", changes: ["has_due_joined -> true"], why: SPARES },
  { line: "IF ledger_count > 0 THEN", changes: ["ledger_count > 0 -> true", "> -> >="], why: SPARES },
  { line: "IF expired IS NOT NULL THEN", changes: ["expired IS NOT NULL -> true"], why: SPARES },
  { line: "IF reborn IS NOT NULL THEN", changes: ["reborn IS NOT NULL -> true"], why: SPARES },
  { line: "IF adjusted IS NOT NULL THEN", changes: ["adjusted IS NOT NULL -> true"], why: SPARES },
  { line: "IF account_writes IS NOT NULL THEN", changes: ["account_writes IS NOT NULL -> true"], why: SPARES },
  { line: "WHERE account_writes[w.ordinality]", why: SPARES },
  { line: "WHERE entry_writes[w.ordinality]", why: SPARES },
  { line: "coalesce(array_to_json(units)::text", why: "A call that names no account is not sent." }
]
