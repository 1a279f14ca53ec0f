-- answer ----------------------------------------------------------------------------------------------------------------------------------------

-- What core's `LegFacts` are made of.
local function sayLeg(work)
  local row, entry, state = work.row, work.entry, work.state
  local place = row == work.slot.row and placeOfFacts(work.slot) or factsOf(row, work.timeMs, work.isNew)
  if not entry or state == 'none' or state == 'marked' then
    say(format(',[%d,%d,%d,%d,"%s"]', place, row[USED], row[RESERVED], row[REVISION], state))
  elseif state == 'held' or state == 'expired' then
    say(format(
      ',[%d,%d,%d,%d,"%s",%d,%d,%d,%d,%d]', place, row[USED], row[RESERVED], row[REVISION], state, entry[WITHIN], entry[HELD], entry[MEASURED],
      entry[DEADLINE], entry[COST]
    ))
  else
    say(format(
      ',[%d,%d,%d,%d,"%s",%d,%d,%d,%d,%d,%d,"%s"]', place, row[USED], row[RESERVED], row[REVISION], state, entry[WITHIN], entry[HELD], entry[MEASURED],
      entry[DEBITED], entry[UNBILLED], entry[LATE], entry[COMMAND]
    ))
  end
end

-- The legs that were refused, with what they asked for.
local function askedOf(refused)
  local asked = {}
  for at = 1, #refused do
    local work = works[refused[at]]
    asked[at] = format('[%d,%d,%d,%d]', refused[at], work.asked, work.whole, work.firstDeadlineMs)
  end
  return table.concat(asked, ',')
end

-- The verdict: its tag, and if there is more to say, 1 and then reason, whether it is a replay, the leg that is corrupt, the legs that were refused; then
-- the legs.
local function sayOutcome(tag, reason, refused, isReplay)
  if tag == 'Corrupt' or tag == 'NotApplied' then
    return say(format(',["%s",1,"%s",0,%d,[]]', tag, reason or '', refused or 0))
  end
  if isReplay or reason then
    say(format(',["%s",1,"%s",%d,0,[%s]', tag, reason or '', isReplay and 1 or 0, refused and askedOf(refused) or ''))
  else
    say(',["' .. tag .. '",0')
  end
  for at = 1, legs do
    sayLeg(works[at])
  end
  say(']')
end
