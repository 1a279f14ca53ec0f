-- decide ----------------------------------------------------------------------------------------------------------------------------------------

-- Accounts that nobody else has touched in this call are as they were.
local function forget()
  for at = 1, legs do
    local slot = works[at].slot
    if not slot.isTouched then
      slots[slot.index] = nil
    end
  end
end

local function decide()
  for at = 1, legs do
    local window = works[at].window
    if args[window] == 'calendar' and isOutside(window) then
      return 'NotApplied', false, 'clock'
    end
  end
  local isRead = command.kind == 'lookup' or command.kind == 'usage'
  states.none, states.marked, states.held, states.finalized, states.released, states.expired, states.charged = 0, 0, 0, 0, 0, 0, 0
  local unsound
  for at = 1, legs do
    local work = works[at]
    work.asked = nil
    settle(work, isRead)
    states[work.state] = states[work.state] + 1
    unsound = unsound or not isSound(work) and at
  end
  if unsound then
    forget()
    return 'Corrupt', false, nil, unsound
  end
  local tag, isReplay, reason, refused = part(command.kind)()
  if tag == 'Corrupt' then
    forget()
  elseif not isRead then
    for at = 1, legs do
      commit(works[at])
    end
  end
  return tag, isReplay, reason, refused
end

-- answer ----------------------------------------------------------------------------------------------------------------------------------------

-- One JSON list: the time, then of each command its verdict and its legs, then what legs have in common. Only what core cannot reckon: a number takes
-- 0.09 us to write, and whole entries with all of their account were a third of a command's time. Numbers in a text, since clients make
-- 9007199254740992 of 2^53 - 1; one text for all, since a reply of many costs 0.1 us for each of them on either side.
local answer = {}

local function say(text)
  answer[#answer + 1] = text
end

-- What an answer reads of an account and what few commands alter: said once for all legs that have it, which name its place.
local facts = {}

local function factsOf(work)
  local row = work.row
  facts[#facts + 1] = format(
    '[%d,%d,%d,%d,%d,%d,%d,%d,%d,%s]', work.timeMs, row[LIVE] > 0 and 1 or 0, work.isNew and 0 or 1, row[CHANGED], row[PERIOD], row[START], row[END],
    row[STORED_LIMIT], row[OPEN], cjson.encode(row[UNIT])
  )
  return #facts - 1
end

-- Those of the account that were said last, where nothing has altered them. A hold that comes or goes is a change, and from one of now the silence of
-- an `idle` window begins anew, whether a hold lives or not: so that need not be looked at.
local function placeOfFacts(work)
  local row, slot = work.row, work.slot
  if row ~= slot.row then
    return factsOf(work)
  end
  if not slot.facts or slot.factsChanged ~= row[CHANGED] then
    slot.facts, slot.factsChanged = factsOf(work), row[CHANGED]
  end
  return slot.facts
end

-- What core's `LegFacts` are made of.
local function sayLeg(work)
  local row, entry, state = work.row, work.entry, work.state
  local place = placeOfFacts(work)
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
local function sayOutcome(tag, isReplay, reason, refused)
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
