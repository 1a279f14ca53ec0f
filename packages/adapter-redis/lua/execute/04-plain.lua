-- plain -----------------------------------------------------------------------------------------------------------------------------------------

-- What nearly every command is: a reserve of a new id that fits, or a finalize of live holds, of accounts where nothing is due. Here it is decided in
-- two goes over its legs, without what the rules need for all else: 3 us less each, and 9 for a call of these alone, which need not make the rules.
-- Whatever is not so plain is left to them, with nothing done.

-- The slot of an account that is known and sound, where nothing is due and the window goes on; else nil.
local function plainSlot(terms)
  local slot, kind = slots[args[terms]] or fetchAccount(args[terms]), args[terms + 3]
  local row, timeMs = slot.row, slot.timeMs
  if not row or slot.isUnreadable or slot.nextMs <= timeMs or timeMs >= row[CHANGED] + UNSETTLED_RETENTION_MS then
    return nil
  elseif kind ~= 'none' and (nowMs < row[START] or nowMs >= row[END]) then
    return nil
  elseif kind == 'calendar' and (nowMs < args[terms + 4] or nowMs >= args[terms + 7]) then
    return nil
  elseif row[USED] < 0 or row[RESERVED] < 0 or row[RESERVED] > MAX_AMOUNT - row[USED] then
    return nil
  end
  return slot
end

-- One revision of its row.
local function plainChange(slot, terms)
  local row, timeMs = slot.row, slot.timeMs
  row[LAST], row[LEAD], row[CHANGED] = timeMs, timeMs - nowMs, timeMs
  row[REVISION] = row[REVISION] + 1
  slot.isChanged, slot.isTouched, slot.window = true, true, terms + 3
  return row
end

-- How the text of the last new hold ended. Those of a call mostly end alike, and five numbers take 0.4 us to write.
local ending = { deadlineMs = 0, cost = 0, period = 0, timeMs = 0, text = '' }

local function endOfHeld(deadlineMs, cost, period, timeMs)
  if ending.deadlineMs ~= deadlineMs or ending.cost ~= cost or ending.period ~= period or ending.timeMs ~= timeMs then
    ending.deadlineMs, ending.cost, ending.period, ending.timeMs = deadlineMs, cost, period, timeMs
    ending.text = format('%d,%d,%d,%d,%d]', deadlineMs, cost, period, timeMs, timeMs)
  end
  return ending.text
end

-- Whether it was one: then it is done and answered.
local function plainReserve(at, last)
  local id = args[at + 1]
  for leg = at + HEAD, last, LEG_LENGTH do
    local terms = args[leg]
    local slot = plainSlot(terms)
    local row = slot and slot.row
    if not row or slot.entries[id] or slot.texts[id] or row[OPEN] ~= 1 or row[UNIT] ~= args[terms + 1] then
      return false
    end
    -- No limit, and none that is known, are less than any amount.
    local limit = row[STORED_LIMIT] == NONE and args[terms + 2] or row[STORED_LIMIT]
    if args[leg + 1] > limit - row[USED] - row[RESERVED] then
      return false
    end
  end
  say(',["Granted",0')
  for leg = at + HEAD, last, LEG_LENGTH do
    local terms, amount, settles = args[leg], args[leg + 1], args[leg + 2]
    local slot = slots[args[terms]]
    local row, timeMs = plainChange(slot, terms), slot.timeMs
    local deadlineMs, cost = deadlineOf(timeMs, args[at + 4]), settles == 'held' and amount or 0
    row[RESERVED] = row[RESERVED] + amount
    addDue(slot, deadlineMs, row[PERIOD], 1, amount, cost)
    local held = exact(amount)
    slot.texts[id] = '["held","reserve","' .. args[at + 2] .. '","' .. args[at + 3] .. '","' .. settles .. '",' .. held .. ',' .. held .. ',-1,"",'
      .. endOfHeld(deadlineMs, cost, row[PERIOD], timeMs)
    slot.changed[id] = 'held'
    say(format(
      ',[%d,%d,%d,%d,"held",%d,%d,-1,%d,%d]', placeOfFacts(slot), row[USED], row[RESERVED], row[REVISION], row[PERIOD], amount, deadlineMs, cost
    ))
  end
  say(']')
  return true
end

-- What this leg of a finalize would debit; nil: it is not plain. Only what is held ends in the time of its last change, and that must have 13 digits, as all
-- of this age have (see below).
local function plainDebit(slot, entry, actual, overage)
  local row, held = slot.row, entry[HELD]
  if #entry ~= ALTERED or entry[ALTERED] < 1000000000000 or entry[ALTERED] > 9999999999999 then
    return nil
  elseif entry[WITHIN] ~= row[PERIOD] then
    return nil
  end
  local settles = entry[SETTLE]
  local debited = settles == 'actual' and actual or settles == 'held' and held or 0
  local more = debited - held
  if (settles == 'actual') ~= (actual >= 0) or more > 0 and (overage == 'cap' or more > MAX_AMOUNT - row[USED] - row[RESERVED]) then
    return nil
  end
  -- One that has expired, or is of an earlier life, has no due row any more.
  local due = dueAt(slot, entry[DEADLINE])
  local at = placeOf(due, row[PERIOD])
  if not at or due[at + 1] <= 0 or due[at + 2] < held or due[at + 3] < entry[COST] or row[RESERVED] < held then
    return nil
  end
  return debited
end

local function plainFinalize(at, last)
  local id, overage = args[at + 1], args[at + 5]
  for leg = at + HEAD, last, LEG_LENGTH do
    local slot = plainSlot(args[leg])
    local entry = slot and entryOf(slot, id)
    local debited = entry and slot.texts[id] and entry[NAMES] == args[at + 2] and plainDebit(slot, entry, args[leg + 1], overage)
    if not debited then
      return false
    end
    slot.debited = debited
  end
  say(',["Finalized",0')
  for leg = at + HEAD, last, LEG_LENGTH do
    local terms, actual = args[leg], args[leg + 1]
    local slot = slots[args[terms]]
    local entry = slot.entries[id]
    local debited, row = slot.debited, plainChange(slot, terms)
    row[USED] = row[USED] + debited
    row[RESERVED] = row[RESERVED] - entry[HELD]
    addDue(slot, entry[DEADLINE], row[PERIOD], -1, -entry[HELD], -entry[COST])
    -- As it was held, but for the first value and the last: to write all 19 anew took twice as long.
    slot.texts[id] = '["finalized"' .. string.sub(slot.texts[id], 8, -15) .. format('%d,%d,%d,"%s",0,0]', slot.timeMs, debited, actual, overage)
    slot.entries[id] = nil
    slot.changed[id] = 'ended'
    say(format(
      ',[%d,%d,%d,%d,"finalized",%d,%d,%d,%d,0,0,"reserve"]', placeOfFacts(slot), row[USED], row[RESERVED], row[REVISION], row[PERIOD], entry[HELD],
      entry[MEASURED], debited
    ))
  end
  say(']')
  return true
end
