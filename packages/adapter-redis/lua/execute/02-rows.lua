-- rows ------------------------------------------------------------------------------------------------------------------------------------------

-- Of each account what was read, as it is now, and what is to be written.
local slots = {}

-- What the commands of this call ask of each account, so that one HMGET brings it all.
local wanted = {}

-- `tickMs`: where a new hold would fall due; -1: nowhere. Should it fall elsewhere, its due row is read when it is needed.
local function want(index, id, tickMs)
  local ask = wanted[index]
  if not ask then
    ask = { ids = {}, tickMs = -1 }
    wanted[index] = ask
  end
  ask.ids[#ask.ids + 1] = id
  ask.tickMs = math.max(ask.tickMs, tickMs)
end

local function blankRow()
  return { 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, 0, 0, 0, 0, 0, 0, -1, 0, 0, NONE, 1, '' }
end

-- Whatever somebody else has made of it: an error where a number is none.
local function parseRow(text)
  local row = cjson.decode(text)
  local sum = 0
  for at = 1, OPEN do
    sum = sum + row[at]
  end
  return sum == sum and row or error()
end

local function readRow(slot, text)
  local isReadable, row = pcall(parseRow, text)
  slot.isUnreadable = not isReadable
  slot.row = isReadable and row or blankRow()
  slot.isThere = true
end

local function shelfOf(timeMs)
  return math.floor(timeMs / (SETTLED_RETENTION_MS + COLLECT_AFTER_MS))
end

local function shelfKey(slot, shelf)
  return KEYS[2 * ACCOUNTS + 2 * slot.index - shelf % 2]
end

local function accountTime(row)
  return math.max(nowMs + row[LEAD], row[LAST])
end

local function readDue(slot, tickMs, text)
  slot.due[tickMs] = text and cjson.decode(text) or {}
  slot.wasDue[tickMs] = text and true or false
end

-- Entries that are held stand in the account; others may lie on its shelves.
local function readEntries(slot, ids, texts, first)
  local elsewhere = {}
  for at, id in ipairs(ids) do
    local text = texts[first + at]
    if text then
      slot.entries[id] = cjson.decode(text)
      slot.isInHash[id] = true
    else
      elsewhere[#elsewhere + 1] = id
    end
  end
  if #elsewhere > 0 and slot.row[SHELF] >= shelfOf(slot.timeMs) - 1 then
    part('shelves')(slot, elsewhere)
  end
end

-- The account's slot, read once with all that the commands of this call are known to need of it.
local function fetchAccount(index)
  local slot = slots[index]
  if slot then
    return slot
  end
  local ids, tickMs = wanted[index].ids, wanted[index].tickMs
  local names = { 'row', 'due:' .. exact(tickMs) }
  for at, id in ipairs(ids) do
    names[2 + at] = 'hold:' .. id
  end
  local texts = redis.call('HMGET', KEYS[index], unpack(names))
  -- With all that it will have: a table that grows is laid out anew each time it doubles.
  slot = {
    index = index, timeMs = nowMs, due = {}, wasDue = {}, entries = {}, isInHash = {}, changed = {}, adjustments = {}, newAdjustments = {},
    row = nil, isThere = false, isUnreadable = false, isTouched = false, isChanged = false, isReborn = false, window = 0, dueChanged = false,
    facts = false, factsChanged = 0, set = false, gone = false, added = false, removed = false, shelved = false
  }
  slots[index] = slot
  if not texts[1] then
    return slot
  end
  readRow(slot, texts[1])
  slot.timeMs = accountTime(slot.row)
  readDue(slot, tickMs, texts[2])
  readEntries(slot, ids, texts, 2)
  return slot
end

-- The due rows of one tick: period, count, amount and cost of each, one after the other.
local function dueAt(slot, tickMs)
  if not slot.due[tickMs] then
    readDue(slot, tickMs, slot.isThere and redis.call('HGET', KEYS[slot.index], 'due:' .. exact(tickMs)))
  end
  return slot.due[tickMs]
end
