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

-- One JSON list: the time, then of each command its verdict and its legs. Numbers in a text, since clients make 9007199254740992 of 2^53 - 1; one text
-- for all, since a reply of many costs 0.1 us for each of them on either side.
local answer = {}

local function say(text)
  answer[#answer + 1] = text
end

local ENTRY = '["%s","%s","%s","%s","%s",%d,%d,%d,"%s",%d,%d,%d,%d,%d,%d,%d,"%s",%d,%d]'

local function textOf(entry)
  return format(ENTRY, unpack(entry))
end

-- What an answer reads of an account and what seldom changes.
local function factsOf(row)
  return format('%d,%d,%d,%d,%d,%s', row[PERIOD], row[START], row[END], row[STORED_LIMIT], row[OPEN], cjson.encode(row[UNIT]))
end

local LEG = ',[%d,"%s",%d,%d,%d,%d,%d,%d,%d,%s,%s]'

-- What core's `LegFacts` are made of.
local function sayLeg(work)
  local row, slot, entry = work.row, work.slot, work.entry
  local facts
  if row == slot.row then
    facts = slot.facts or factsOf(row)
    slot.facts = facts
  else
    facts = factsOf(row)
  end
  local text = 'null'
  if entry then
    text = textOf(entry)
    if slot.changed[command.id] then
      slot.changed[command.id] = text
    end
  end
  say(format(
    LEG, work.timeMs, work.state, row[LIVE] > 0 and 1 or 0, work.firstDeadlineMs, work.isNew and 0 or 1, row[USED], row[RESERVED], row[REVISION],
    row[CHANGED], facts, text
  ))
end

-- The legs that were refused, with what they asked for.
local function askedOf(refused)
  local asked = {}
  for at = 1, #refused do
    local leg = refused[at]
    asked[at] = format('[%d,%d,%d]', leg, works[leg].asked, works[leg].whole)
  end
  return table.concat(asked, ',')
end

-- The verdict: tag, reason, whether it is a replay, the leg that is corrupt, the legs that were refused; then the legs.
local function sayOutcome(tag, isReplay, reason, refused)
  if tag == 'Corrupt' or tag == 'NotApplied' then
    return say(format(',["%s","%s",0,%d,[]]', tag, reason or '', refused or 0))
  end
  say(format(',["%s","%s",%d,0,[%s]', tag, reason or '', isReplay and 1 or 0, refused and askedOf(refused) or ''))
  for at = 1, legs do
    sayLeg(works[at])
  end
  say(']')
end
