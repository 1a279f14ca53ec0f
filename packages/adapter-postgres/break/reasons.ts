/**
 * Why a mutant that no test sees is the same program.
 */
import type { Reason } from "../../sim/break/reasons.ts"
import { reasonsOfExecute } from "./reasons-execute.ts"

const AGAIN =
  "Asked again behind the lock: only what another did between the two statements tells (a late ending, a charge), some microseconds."
const LOOKS =
  "How many rows one call looks at, or where the next one begins to: what it looks at twice it finds as it was."
const MILLISECOND = "The clock would have to be read in the very millisecond of a tick, or of a window's end."

export const reasons: ReadonlyArray<Reason> = [
  { line: "pg_is_in_recovery()", why: "Another program, on a read replica: test/replica.test.ts sees it." },
  {
    line: "LIMIT (input->>'limit')::integer + 1",
    changes: ["LIMIT (input->>'limit')::integer + 1 -> ", "1 -> 2"],
    why: "One row more than the page has tells that there is a next one; further ones are dropped."
  },
  {
    line: "hour_ago.time_ms >= account.changed_ms + unsettled_retention_ms",
    why: "A short cut: the last change on paper, which is asked below, is not before this one."
  },
  {
    line: "count(*) FILTER (WHERE d.tick_ms > hour_ago.time_ms)",
    changes: ["> -> >="],
    why: "At its tick a hold has just expired, and that is a change: the account is not forgotten yet."
  },
  { line: "looks CONSTANT integer", why: LOOKS },
  {
    line: "floor(extract(epoch FROM clock_timestamp()) * 1000)",
    changes: ["floor -> ceil"],
    why: "Of what a sweep or a report shows, a millisecond of the server's clock."
  },
  { line: "made_by_ms CONSTANT bigint", changes: ["3600000 -> 3599999"], why: LOOKS },
  { line: "made_after_ms CONSTANT bigint", changes: ["- -> ", "1 -> 2", "1 -> 0"], why: "Nothing was made so early." },
  {
    line: "after_window CONSTANT text",
    changes: ["stage = 'accounts' -> true", "stage = 'accounts' -> false", "= -> <>"],
    why: LOOKS
  },
  {
    line: "IF stage = 'entries' THEN",
    changes: ["stage = 'entries' -> true"],
    why: "Behind the entries `made_after_ms` is null, and no row was made behind that; only what lies in the future is looked at again."
  },
  {
    line: "FETCH FIRST (looks) ROWS WITH TIES",
    changes: ["FETCH FIRST (looks) ROWS WITH TIES -> "],
    why: "One of three that say the same: the others limit what is looked at."
  },
  { line: "UNION ALL", why: "The parts are of different times, and a row is looked at once." },
  { line: "ORDER BY e.created_ms FETCH FIRST (looks) ROWS WITH TIES)", changes: ["WITH TIES -> ONLY"], why: LOOKS },
  {
    line: "SELECT coalesce(plain.now_ms >= a.end_ms",
    changes: [", false -> "],
    why: "What is null is no roll, as what is false."
  },
  { line: "e.created_ms > greatest(made_after_ms, now_ms)", changes: ["> -> >="], why: LOOKS },
  {
    line: "ORDER BY s.created_ms LIMIT most",
    changes: ["ORDER BY s.created_ms -> "],
    why: "The rows that it joins come in this order."
  },
  {
    line: 'ORDER BY a.account, a."window" FOR NO KEY UPDATE SKIP LOCKED',
    changes: ['ORDER BY a.account, a."window" -> '],
    why: "Who skips what is locked waits for nobody, so that no order of his can block anybody."
  },
  {
    line: 'ORDER BY a.account, a."window"',
    changes: ['ORDER BY a.account, a."window" -> '],
    why: "The index by which the accounts are read has this order."
  },
  { line: "AND {schema}.is_collectable(e, a, now_ms", why: AGAIN },
  { line: "USING unnest(old) AS o JOIN unnest(candidates) AS a", why: AGAIN },
  { line: "WHERE {schema}.is_forgotten(a, now_ms, unsettled_retention_ms)", why: AGAIN },
  { line: "candidates := ARRAY(", why: AGAIN },
  { line: "IF cardinality(old) >= most OR looked >= looks THEN", why: LOOKS },
  { line: "old[most].created_ms - 1", why: LOOKS },
  { line: 'WHERE (a.account, a."window") > (after_account, after_window)', changes: ["> -> >="], why: LOOKS },
  { line: 'SELECT count(*), max(t.account), max(t."window")', why: LOOKS },
  { line: "WHEN accounts >= most - entries THEN", why: LOOKS },
  {
    line: "a.born_ms",
    changes: ["> -> >=", "< -> <="],
    why: "The revisions of a life begin above `born_ms`: none is the same."
  },
  { line: "d.tick_ms <= clock.time_ms", changes: ["<= -> <"], why: MILLISECOND },
  { line: "d.tick_ms > clock.time_ms", changes: ["> -> >="], why: MILLISECOND },
  { line: "plain.now_ms >= a.end_ms", changes: [">= -> >"], why: MILLISECOND },
  { line: "WHERE a.revision > 0", changes: ["0 -> 1"], why: "Revisions begin at the time of birth." },
  ...reasonsOfExecute
]
