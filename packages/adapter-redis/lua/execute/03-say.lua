-- answer ----------------------------------------------------------------------------------------------------------------------------------------

-- One JSON list: the time, then of each command its verdict and its legs, then what legs have in common. Only what core cannot reckon: a number takes
-- 0.09 us to write, and whole entries with all of their account were a third of a command's time. Numbers in a text, since clients make
-- 9007199254740992 of 2^53 - 1; one text for all, since a reply of many costs 0.1 us for each of them on either side.
local function say(text)
  answer[#answer + 1] = text
end

local function factsOf(row, timeMs, isNew)
  facts[#facts + 1] = format(
    '[%d,%d,%d,%d,%d,%d,%d,%d,%d,%s]', timeMs, row[LIVE] > 0 and 1 or 0, isNew and 0 or 1, row[CHANGED], row[PERIOD], row[START], row[END],
    row[STORED_LIMIT], row[OPEN], cjson.encode(row[UNIT])
  )
  return #facts - 1
end

-- Those of the account that were said last, where nothing has altered them. A hold that comes or goes is a change, and from one of now the silence of
-- an `idle` window begins anew, whether a hold lives or not: so that need not be looked at.
local function placeOfFacts(slot)
  local row = slot.row
  if not slot.facts or slot.factsChanged ~= row[CHANGED] then
    slot.facts, slot.factsChanged = factsOf(row, slot.timeMs, false), row[CHANGED]
  end
  return slot.facts
end

