/**
 * Why a mutant that no test sees is the same program.
 */
import type { Reason } from "../../sim/break/reasons.ts"

const BOUND = "`NEXT` is a time before which nothing is due: one that is too early asks the index once more."
const REBORN =
  "A row that this call has changed is not forgotten, so that nothing of this call is there to be cleared; what was read of the earlier life lies at ticks that have passed, or is older than its new birth."
const MORE_THAN_A_THOUSAND =
  "Another program, from a thousand ticks that are due on: test/many-holds.test.ts sees it; the programs here are smaller."
const RULES = "It is then left to the rules, which say and do the same."

export const reasons: ReadonlyArray<Reason> = [
  { line: "slot.isThere = false", changes: ["false -> true", "slot.isThere = false -> "], why: REBORN },
  { line: "from = '(' .. exact(all[#all] or 0)", why: MORE_THAN_A_THOUSAND },
  { line: "until #ticks < TICKS_PER_CALL", why: MORE_THAN_A_THOUSAND },
  { line: "row[NEXT] = row[TICKS] > 0 and part('ticks')", why: BOUND },
  {
    line: "if row[RESERVED] == 0 then",
    changes: ["row[RESERVED] == 0 -> false"],
    why: "A short cut: every hold is at least 1, so that without a sum there is no hold of the present period to find."
  },
  {
    line: "if deadlineMs == entry[DEADLINE] then",
    changes: ["deadlineMs == entry[DEADLINE] -> false"],
    why: "The hold then leaves its due row and enters the same one again, with the same sums."
  },
  {
    line: "entry[ALTERED] = work.timeMs",
    before: "entry[COST] = cost",
    why: "Of a held entry only its deadline says when it is unknown, and its reservation was made after its account was born too."
  },
  {
    line: "if row[EXPIRES] > 0 then",
    why: "PERSIST of a key that does not expire does nothing."
  },
  { line: "if not found then", changes: ["not found -> true"], why: "A part is then made once more, and is the same." },
  { line: "known[name] = found", why: "A part is then made once more, and is the same." },
  {
    line: "if not slot.isTouched then",
    changes: ["not slot.isTouched -> false"],
    why: "What is due of that account is then done already when the next command of the call comes to it, as that would do it; a command that is corrupt writes nothing either way."
  },
  {
    line: "return -1",
    changes: ["- -> "],
    why: "With nothing reserved it is not read: a denial for want of room is then one that no expiry can help."
  },
  {
    line: "elseif name == 'usage' then",
    changes: ["name == 'usage' -> true"],
    why: "It is the last of the parts, and nothing else is asked for."
  },
  {
    line: "return first < math.huge and first or -1",
    changes: ["- -> "],
    why: "What is reserved has a due row, so that there is a first one."
  },
  {
    line: "if slot.isUnreadable then",
    changes: ["slot.isUnreadable -> false"],
    why: "A short cut: the account is found unsound all the same (`isSound`), whatever a blank row makes of it."
  },
  {
    line: "if row[TICKS] > 0 and row[NEXT] <= slot.timeMs then",
    changes: ["row[TICKS] > 0 and row[NEXT] <= slot.timeMs -> true"],
    why: "A short cut: the index is asked instead, and has no tick at or below this time."
  },
  {
    line: "sum = sum + row[at]",
    changes: ["+ -> -"],
    why: "It is asked whether it is a number, not which."
  },
  {
    line: "slot.ticks = all",
    why: "Within a call the time of an account stands: what is due is asked for once more."
  },
  {
    line: "if not row or slot.isUnreadable or slot.nextMs",
    changes: [
      "not row or slot.isUnreadable or slot.nextMs <= timeMs or timeMs >= row[CHANGED] + UNSETTLED_RETENTION_MS -> true",
      "+ -> -"
    ],
    why: RULES
  },
  {
    line: "elseif kind ~= 'none' and (nowMs < row[START]",
    changes: ["kind ~= 'none' and (nowMs < row[START] or nowMs >= row[END]) -> true", "and -> or", "< -> <="],
    why: RULES
  },
  {
    line: "elseif kind == 'calendar' and (nowMs",
    changes: ["kind == 'calendar' and (nowMs < args[terms + 4] or nowMs >= args[terms + 7]) -> true", "< -> <="],
    why: RULES
  },
  {
    line: "elseif row[USED] < 0 or row[RESERVED] < 0",
    changes: [
      "row[USED] < 0 or row[RESERVED] < 0 or row[RESERVED] > MAX_AMOUNT - row[USED] -> true",
      "< -> <=",
      "> -> >="
    ],
    why: RULES
  },
  {
    line: "if not row or slot.entries[id] or slot.texts[id]",
    changes: [
      "not row or slot.entries[id] or slot.texts[id] or row[OPEN] ~= 1 or row[UNIT] ~= args[terms + 1] -> true"
    ],
    why: RULES
  },
  {
    line: "if args[leg + 1] > limit - row[USED]",
    changes: ["args[leg + 1] > limit - row[USED] - row[RESERVED] -> true", "> -> >="],
    why: RULES
  },
  {
    line: "if #entry ~= ALTERED or entry[ALTERED] <",
    changes: [
      "#entry ~= ALTERED or entry[ALTERED] < 1000000000000 or entry[ALTERED] > 9999999999999 -> true",
      "< -> <=",
      "> -> >="
    ],
    why: RULES
  },
  {
    line: "elseif entry[WITHIN] ~= row[PERIOD] then",
    changes: ["entry[WITHIN] ~= row[PERIOD] -> true"],
    why: RULES
  },
  {
    line: "if (settles == 'actual') ~= (actual >= 0) or more > 0",
    changes: [
      "(settles == 'actual') ~= (actual >= 0) or more > 0 and (overage == 'cap' or more > MAX_AMOUNT - row[USED] - row[RESERVED]) -> true",
      ">= -> >",
      "> -> >="
    ],
    why: RULES
  },
  {
    line: "if not at or due[at + 1] <= 0",
    changes: [
      "not at or due[at + 1] <= 0 or due[at + 2] < held or due[at + 3] < entry[COST] or row[RESERVED] < held -> true",
      "< -> <="
    ],
    why: RULES
  },
  {
    line: "if not debited then",
    changes: ["not debited -> true"],
    why: RULES
  },
  {
    line: "if renewal or slot.added then",
    changes: ["renewal or slot.added -> true"],
    why: "A short cut: `renew` finds nothing to do."
  },
  {
    line: "if not row or timeMs >= row[CHANGED] + UNSETTLED_RETENTION_MS and",
    changes: ["+ -> -"],
    why: "A short cut: `isForgotten` asks it itself."
  },
  {
    line: "elseif had and #due > 0 and (not had[tickMs]",
    changes: ["> -> >=", "* -> /"],
    why: "It decides only whether a due row lies in the row or in a field, and both are read."
  },
  {
    line: "ticks[row[at]] = true",
    changes: ["true -> false"],
    why: "It decides only whether a due row lies in the row or in a field, and both are read."
  },
  {
    line: "dueChanged = false, ticks = false, expired = false",
    changes: ["false -> true"],
    why: "Due rows that have not changed are put in their places once more; the others are overwritten before they are read."
  },
  {
    line: "local more = debited - held",
    changes: ["- -> +"],
    why: "It is then left to the rules, which say and do the same."
  },
  {
    line: "slot.nextMs = math.huge",
    why: "What is due is then asked for once more, and it is none."
  },
  {
    line: "if ending.deadlineMs ~= deadlineMs or",
    changes: [
      "ending.deadlineMs ~= deadlineMs or ending.cost ~= cost or ending.period ~= period or ending.timeMs ~= timeMs -> true"
    ],
    why: "A short cut: the text is made once more, and is the same."
  },
  { line: "formats[last] = text", why: "A short cut: the text is made once more, and is the same." },
  {
    line: "newAdjustments = false, row = nil, isThere = false",
    changes: ["false -> true"],
    why: "Of an account that is not there an adjustment is looked for in vain."
  },
  {
    line: "if isReplay or reason then",
    changes: ["isReplay or reason -> true"],
    why: "What there is not to say is then said as nothing, and read as nothing."
  },
  {
    line: "row[END] = endMs or -1",
    changes: ["- -> "],
    why: "It is so of an `idle` window alone, and whoever asks about that one does not read its end."
  },
  {
    line: "readShelf(slot, current - 1, ids)",
    changes: ["- -> +"],
    why: "There are two shelves, which take turns: the one before is also the next one."
  },
  {
    line: "if due.isIndexed then",
    before: "slot.dueChanged = true",
    changes: ["due.isIndexed -> true"],
    why: "Of due rows that stand in the row nobody asks whether they have changed."
  },
  {
    line: "if due.isChanged then",
    changes: ["due.isChanged -> true"],
    why: "A field of due rows is then written once more, as it was."
  },
  {
    line: "math.min(first + VALUES_PER_CALL - 1, #values)",
    changes: ["- -> +"],
    why: "Two values then come twice, and do the same twice."
  }
]
