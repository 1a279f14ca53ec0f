/**
 * The same, of the machine's own function.
 */
import type { Reason } from "../../sim/break/reasons.ts"

const SPARES =
  "Spares a statement, or a trip through the rows, that would find nothing to do: with it done all the same, the same is written."
const BOUND = "A lower bound of the next tick: one that is too early asks once more, and finds what there is."
const READ =
  "Of what is only read nothing is written: nobody asks when its next tick is. (The same line in what locks is seen.)"
const COMMUTES = "A sum, whose parts may change places."
const NAMES = "The statement reads no column of these names, or all of them alike."
const NO_ROW =
  "Of an account that is not there nothing is read but its time, and that is the clock's, whatever is less."
const ONE_LEG = "Of these rows the section that follows reads others only."
const OTHER_WAY = "What does not go the short way goes the long one, and the same is written and told."
const CHECKED = "The tables' own checks, and the sums' parts that are not negative, leave no other case."

const SLOW = "What does not go the short way goes the long one, to the same end."

export const reasonsOfExecute: ReadonlyArray<Reason> = [
  { line: "array_position(ARRAY['refund'", changes: ["> -> >="], why: "Policies of one price are one policy." },
  {
    line: "> array_position(ARRAY['refund', 'charge-measured', 'charge-held'], before)",
    changes: ["> -> >="],
    why: "Policies of one price are one policy."
  },
  {
    line: "WHEN bound_end_ms IS NULL OR end_ms IS NULL THEN",
    why: "A window that is open has an end, and its kind one now."
  },
  {
    line: "{schema}.deadline_of(time_ms, command_ttls",
    changes: ["time_ms, command_ttls[command] -> command_ttls[command], time_ms"],
    why: COMMUTES
  },
  {
    line: "account.used, account.reserved",
    changes: ["account.used, account.reserved -> account.reserved, account.used"],
    why: COMMUTES
  },
  { line: "account.reserved, debit)", changes: ["account.reserved, debit -> debit, account.reserved"], why: COMMUTES },
  {
    line: "account.reserved, amount)",
    changes: ["account.reserved, amount -> amount, account.reserved"],
    why: COMMUTES
  },
  {
    line: "IF used_delta + reserved_delta > 0 AND",
    changes: ["> -> >=", "used_delta + reserved_delta > 0 -> true"],
    why: "What adds nothing overflows nothing."
  },
  { line: "WHEN is_unlimited THEN -1", changes: ["1 -> 2"], why: "That it is negative is all that is asked." },
  {
    line: "is_new := account.revision = 0",
    changes: ["0 -> 1"],
    why: "A row that is no account yet was last changed in 1970, and is forgotten."
  },
  {
    line: "is_quiet := window_kind = 'none' AND passed IS NULL",
    changes: ["= -> <>", "window_kind = 'none' -> false", "passed IS NULL -> false", "NOT is_new -> false", "< -> <="],
    why: OTHER_WAY
  },
  { line: "IF NOT is_quiet AND NOT is_new THEN", changes: ["NOT is_quiet -> true"], why: OTHER_WAY },
  { line: "is_quiet := passed IS NULL AND NOT is_rolling", changes: ["NULL"], why: OTHER_WAY },
  {
    line: "IF is_quiet AND first_leg = last_leg",
    changes: ["is_quiet -> false", "first_leg = last_leg -> false", "= -> <>"],
    why: OTHER_WAY
  },
  {
    line: "LIMIT k.items + 1",
    changes: ["1 -> 0", "1 -> 2"],
    why: "The command that is denied is one of the items, and empties no row."
  },
  { line: "IF made > 0 THEN", changes: ["made > 0 -> true", "> -> >="], why: SPARES },
  { line: "IF locks = 1 THEN", why: SPARES },
  { line: "IF FOUND THEN", changes: ["FOUND -> false"], why: SPARES },
  { line: "locked := 1;", why: SPARES },
  { line: "locked := 0;", why: SPARES },
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
  { line: "IF 'adjust' = ANY (command_kinds) THEN", changes: ["'adjust' = ANY (command_kinds) -> true"], why: SPARES },
  { line: "IF first_leg < last_leg THEN", changes: ["first_leg < last_leg -> true", "< -> <="], why: SPARES },
  {
    line: "ELSIF entry_number <= entries_found THEN",
    why: "An entry that is made in this call is then written a second time, as it is."
  },
  { line: "EXIT;", why: "The rows come in order of tick: a later one is no earlier deadline." },
  { line: "account.last_ms >= account.due_ms", why: BOUND },
  { line: "(l.row).last_ms >= (l.row).due_ms", why: BOUND },
  { line: "IF due_from_ms <= now_ms THEN", changes: ["due_from_ms <= now_ms -> true"], why: BOUND },
  { line: "SELECT min(later.tick_ms)", why: READ },
  { line: "later.tick_ms > clock.time_ms", why: READ },
  { line: "reserved, holds, due_ms, period, start_ms, end_ms, revision", why: NAMES },
  {
    line: "coalesce(sum(d.holds), 0)::bigint AS holds",
    changes: [", 0 -> "],
    why: "Where there is a due row its holds are a number."
  },
  { line: "{schema}.blank_account(accounts[t.number], windows[t.number], 0, 0)", why: NO_ROW },
  { line: '$$ SELECT ROW(account, "window", NULL, NULL, false, true, 0, 0', why: NO_ROW },
  {
    line: "IF rank = 5 AND account.revision > 0 THEN",
    why: "An account that is not there has no due row to be found."
  },
  {
    line: "WHERE account_writes[w.number] AND w.revision > 0",
    changes: ["0 -> 1"],
    why: "Revisions begin at the time of birth."
  },
  { line: "number := leg_accounts[leg];", why: ONE_LEG },
  { line: "entry_number := leg_entries[leg];", why: ONE_LEG },
  { line: "entry := entry_rows[entry_number];", why: ONE_LEG },
  {
    line: "IF states[leg] <> is_none AND entry.digest",
    changes: ["states[leg] <> is_none -> true"],
    why: "An entry that is unknown by now is of the same reservation, or there is none."
  },
  { line: "IF amount < 0 OR own < 0 OR", changes: ["amount < 0 -> false", "< -> <="], why: CHECKED },
  {
    line: "command_choices[command] = 'cap' AND entry.settle = 'actual'",
    changes: ["entry.settle = 'actual' -> true"],
    why: "What settles by `held` or `none` debits no more than it holds."
  },
  {
    line: "coalesce(leg_amounts[leg], 0) - entry.held",
    changes: [", 0 -> "],
    why: "greatest() passes over what is null."
  },
  { line: "ELSE concat(coalesce(debits[leg], 0)", why: "What an adjustment asks is read by nobody." },
  { line: "replayed := NOT is_ending AND", changes: ["0 -> 1"], why: "The bit of `is_finalized` is none of these." },
  { line: "locks CONSTANT integer := coalesce(", changes: [", 0 -> "], why: "Null takes the way of reads, as 0 does." },
  { line: "is_quiet := window_kind = 'none'", why: SLOW },
  { line: "ELSIF kind = 'finalize' AND state = is_held THEN", why: SLOW },
  { line: "IF is_quiet AND first_leg = last_leg AND NOT is_outside THEN", why: SLOW },
  {
    line: "IF NOT is_other AND entry.settle = 'actual' AND amount IS NOT NULL AND command_choices[command] = 'debit'",
    why: SLOW
  },
  { line: "is_plain := due.holds = 1 OR (due.holds > 1", why: SLOW },
  {
    line: "account.unit, leg_units[leg]",
    changes: ["account.unit, leg_units[leg] -> leg_units[leg], account.unit"],
    why: "Whether the two differ is asked, and nothing else."
  },
  {
    line: "amount - entry.held)",
    changes: ["account.reserved, amount - entry.held -> amount - entry.held, account.reserved"],
    why: COMMUTES
  },
  { line: "coalesce(account.start_ms, -1)", changes: ["1 -> 2"], why: "That it is negative is all that is asked." },
  {
    line: "IF tag = 'Extended' AND rank IS NULL AND NOT has_changed",
    changes: ["tag = 'Extended' -> true"],
    why: "Of other answers core says itself whether they are those of an earlier command."
  },
  {
    line: "WHERE due_founds[w.number] AND w.holds > 0",
    changes: ["w.holds > 0 -> true"],
    why: "Rows without holds have gone by then: they are not looked for."
  },
  {
    line: "IF entry_number IS NOT NULL AND NOT is_new AND kind <> 'adjust' THEN",
    changes: ["AND -> OR", "NOT is_new -> true"],
    why: "Of an entry that is not there all that is asked is null; of an account that is forgotten every entry is unknown."
  },
  { line: "IF window_kind <> 'none' THEN", changes: ["window_kind <> 'none' -> true"], why: SPARES }
]
