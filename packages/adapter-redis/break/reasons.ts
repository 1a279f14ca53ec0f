/**
 * Why a mutant that no test sees is the same program.
 */
import type { Reason } from "../../sim/break/reasons.ts"

const CACHE = "A cache within the call: without it the same value is read from Redis once more."

const PREFETCH = "Only what is read ahead with the account: without it the due row is read when it is asked for."
const BOUND = "`nextMs` is a lower bound: one that is too early asks the index once more."
const REBORN =
  "A row that this call has changed is not forgotten, so that nothing of this call is there to be cleared; what was read of the earlier life lies at ticks that have passed, or is older than `bornMs`."

export const reasons: ReadonlyArray<Reason> = [
  { line: "ticks[#ticks + 1] = tickMs", why: PREFETCH },
  { line: "slot.due[tickMs] = slot.due[tickMs] or readDue", why: PREFETCH },
  {
    line: "#found == 2 * ROWS_PER_CALL",
    why: "Another program, from 200 holds that are due on: test/many-holds.test.ts sees it; the programs here are smaller."
  },
  {
    line: "unpack(gone, first",
    changes: ["- -> +"],
    why: "The parts then overlap by two, and a field that is gone is removed once more."
  },
  {
    line: "local ENTRY_TEXTS",
    changes: ["true -> false"],
    why: "Of the texts only `late` reads the same as a number: it is 1 or absent, and is only ever written and said again."
  },
  { line: "slot.due[tickMs] = readDue(values", why: CACHE },
  { line: "entries[key] = false", changes: ["entries[key] = false -> "], why: CACHE },
  { line: "entries[key] = entry", why: CACHE },
  { line: "slot.adjustments[id] = known", why: CACHE },
  { line: "slot.due[tickMs] = rows", why: CACHE },
  {
    line: "if not values[#TEXTS + 1] then",
    changes: ["+ -> -"],
    why: "It asks for `storedLimit` instead of `revision`; a row has both (`blankAccount`), and no row neither."
  },
  {
    line: "slot.isFresh = true",
    changes: ["slot.isFresh = true -> ", "true -> false"],
    why: "What is not in Redis is then asked for and not found, and UNLINK removes keys that are not there."
  },
  {
    line: "return work.isNew or work.isBirth or work.slot.isFresh",
    why: "An adjustment of an earlier life may then be read, and counts for nothing: it is older than `bornMs`, or `isNew` is asked first."
  },
  {
    line: "if rows then",
    changes: ["rows -> false"],
    why: "No command reads the due rows of a tick again after it has changed them: old and new deadline of a leg are two ticks."
  },
  {
    line: "if work.isBirth then",
    changes: ["work.isBirth -> false"],
    why: "What was forgotten had no live holds, so that no due row of it lies at the tick of a new one."
  },
  {
    line: "if not slot.isFresh then",
    changes: ["not slot.isFresh -> true"],
    why: "The index of an account that has none, or only ids that expired before it was forgotten, names nothing later."
  },
  {
    line: "if changedMs > afterMs and (not tickMs or changedMs < tickMs) then",
    changes: ["< -> <="],
    why: "Where both are the same it is the same tick."
  },
  {
    line: "if not endMs or not account.endMs then",
    why: "Never so: the kind of a window is part of the account's key, `none` opens no window and `idle` has returned before."
  },
  {
    line: "return false",
    before: "if not endMs or not account.endMs then",
    changes: ["false -> true"],
    why: "Never reached: the kind of a window is part of the account's key, `none` opens no window and `idle` has returned before."
  },
  {
    line: "if row.liveHolds == 0 or row.nextMs > timeMs then",
    why: "A short cut: the index is asked instead, and has no live id at or below this time."
  },
  {
    line: "if not slot.ticks then",
    changes: ["not slot.ticks -> true"],
    why: "Within a call the time of an account stands: what is due is done by the first command that stands, and asked for again until then."
  },
  {
    line: "if timeMs < account.changedMs + settings.unsettledRetentionMs then",
    changes: ["timeMs < account.changedMs + settings.unsettledRetentionMs -> false"],
    why: "A short cut: the same is asked below with the expiries on paper, which only make `changedMs` later."
  },
  {
    line: "if timeMs < account.changedMs + settings.unsettledRetentionMs then",
    changes: ["+ -> -"],
    why: "Never so then, and the short cut is not taken: the same is asked below with the expiries on paper."
  },
  {
    line: "if account.reserved == 0 then",
    changes: ["account.reserved == 0 -> false"],
    why: "A short cut: every hold is at least 1, so that without a sum there is no hold of the present period to find."
  },
  {
    line: "while tickMs do",
    changes: ["tickMs -> true"],
    why: "What is reserved has a due row, so that the loop returns before the ticks end."
  },
  {
    line: "if due.period == account.period and due.count > 0 then",
    changes: ["> -> >="],
    why: "A due row that counts nothing is not kept."
  },
  {
    line: "if entry and entry.state == 'held' then",
    changes: ["entry and entry.state == 'held' -> false", "== -> ~="],
    why: PREFETCH
  },
  { line: "ticks[1] = entry.deadlineMs", why: PREFETCH },
  { line: "if command.ttlMs then", changes: ["command.ttlMs -> false"], why: PREFETCH },
  { line: "ticks[#ticks + 1] = deadlineOf(nowMs, command.ttlMs)", why: PREFETCH },
  { line: "if slot.ticks then", changes: ["slot.ticks -> false"], why: BOUND },
  { line: "account.nextMs = slot.nextMs", why: BOUND },
  {
    line: "if count > 0 and (account.nextMs == 0 or tickMs < account.nextMs) then",
    changes: ["> -> >=", "< -> <="],
    why: "The tick of a hold that lives is not before `nextMs`; where both are the same it is the same tick."
  },
  { line: "slot.isFresh = true", why: REBORN },
  {
    line: "slot.dueChanged[tickMs] = true",
    changes: ["true -> false"],
    why: "Only the keys of this table are read."
  },
  {
    line: "if not spendable or actual - own <= spendable then",
    changes: ["<= -> <"],
    why: "Where both are the same, `own + spendable` is `actual`."
  },
  {
    line: "return delta > 0 and isOverflow(work, delta)",
    changes: ["> -> >="],
    why: "Nothing more overflows only where the sums have before, and that is unsound."
  },
  {
    line: "return { tag = 'Finalized', replayed = wasFinalized and counts.debit + counts.charge == 0 }",
    changes: ["+ -> -"],
    why: "All legs of an id are held and ended together, so that none is debited where one was finalized before: `counts.debit` is 0."
  },
  {
    line: "say(not work.isNew and 1)",
    changes: ["and -> or"],
    why: "Of an account without a row core answers what the blank row says, which then is said."
  },
  {
    line: "if row.expiresMs > 0 then",
    why: "PERSIST of a key that does not expire does nothing."
  },
  {
    line: "if slot.isChanged and slot.row.staleHolds > 0 then",
    changes: ["> -> >="],
    why: "Without stale holds there is nothing to drop."
  },
  {
    line: "return #added > 0",
    changes: ["> -> >="],
    why: "The index, if there is one, gets the expiry again that it has."
  },
  {
    line: "if value ~= loaded[name] then",
    changes: ["value ~= loaded[name] -> true"],
    why: "What has not changed is written again as it is."
  },
  {
    line: "put(name, at > #TEXTS and exact(value) or value)",
    changes: ["> -> >="],
    why: "The last of the texts is `open`: 0 or 1, which reads the same as a number."
  },
  {
    line: "if #changed > 1 then",
    why: "With one account its index is the first thing that is written, and fails before anything is. (A forgotten account's foreign key is removed instead.)"
  },
  {
    line: "if work.isNew then",
    before: "say(work.account.period)",
    changes: ["work.isNew -> false"],
    why: "An account that is new or forgotten has no live ids in its index."
  },
  {
    line: "if not asked or (set and PRICE[asked] <= PRICE[set]) then",
    changes: ["<= -> <"],
    why: "Policies of one price are one policy."
  },
  {
    line: "if deadlineMs == entry.deadlineMs then",
    changes: ["deadlineMs == entry.deadlineMs -> false"],
    why: "The hold then leaves its due row and enters the same one again, with the same sums."
  },
  {
    line: "account.throughMs = nil",
    why: "Only forgotten rows have it, and a forgotten row is never settled again: it stays forgotten, or a blank one takes its place."
  },
  {
    line: "after.changedMs = work.timeMs",
    why: "Of a held entry only its deadline says when it is unknown, and its reservation was made after `bornMs` too."
  },
  { line: "slot.due = {}", why: REBORN },
  { line: "slot.dueChanged = {}", why: REBORN },
  { line: "slot.holds = {}", why: REBORN },
  { line: "slot.adjustments = {}", why: REBORN },
  { line: "slot.newAdjustments = {}", why: REBORN }
]
