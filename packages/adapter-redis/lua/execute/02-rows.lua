-- rows ------------------------------------------------------------------------------------------------------------------------------------------

-- Of each account what was read, as it is now, and what is to be written.
local slots = {}

-- What the commands of this call ask of each account, so that one HMGET brings it all.
local wanted = {}

local function want(index, name)
  local names = wanted[index]
  if names then
    names[#names + 1] = name
  else
    wanted[index] = { 'row', name }
  end
end

local function blankRow()
  return { 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, 0, 0, 0, 0, 0, 0, -1, 0, 0, NONE, 1, '' }
end

-- The due rows of a tick are a list: period, number, amount and cost of each, one after the other.
local function addRow(due, period, count, amount, cost)
  local at = #due
  due[at + 1], due[at + 2], due[at + 3], due[at + 4] = period, count, amount, cost
  return at + 1
end

-- Whatever somebody else has made of it: an error where a number is none.
local function parseRow(text)
  local row = cjson.decode(text)
  local sum = 0
  for at = 1, #row do
    sum = sum + (at == UNIT and 0 or row[at])
  end
  return sum == sum and row or error()
end

local function readRow(slot, text)
  local isReadable, row = pcall(parseRow, text)
  row = isReadable and row or blankRow()
  slot.isUnreadable = not isReadable
  slot.row = row
  slot.isThere = true
  if row[TICKS] > 0 then
    slot.nextMs = row[NEXT]
  end
  for at = FIRST_DUE, #row, DUE_LENGTH do
    local tickMs, due = row[at], slot.due[row[at]]
    if due then
      addRow(due, row[at + 1], row[at + 2], row[at + 3], row[at + 4])
    else
      slot.due[tickMs] = { row[at + 1], row[at + 2], row[at + 3], row[at + 4] }
      slot.nextMs = math.min(slot.nextMs, tickMs)
    end
  end
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

-- What stands in a field of its own; that of a tick which has none holds nothing.
local function readDue(slot, tickMs, text)
  local due = text and cjson.decode(text) or {}
  due.isIndexed = text and true
  slot.due[tickMs] = due
end

-- Entries that are held stand in the account; others may lie on its shelves.
local function readEntries(slot, names, texts)
  local elsewhere = {}
  for at = 2, #names do
    local text, id = texts[at], string.sub(names[at], 6)
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
  local names = wanted[index]
  local texts = redis.call('HMGET', KEYS[index], unpack(names))
  -- With all that it will have: a table that grows is laid out anew each time it doubles.
  local slot = {
    index = index, timeMs = nowMs, nextMs = math.huge, due = {}, entries = {}, isInHash = {}, changed = {}, adjustments = false,
    newAdjustments = false, row = nil, isThere = false, isUnreadable = false, isTouched = false, isChanged = false, isReborn = false, window = 0,
    dueChanged = false, ticks = false, expired = false, facts = false, factsChanged = 0, set = false, gone = false, added = false, removed = false,
    shelved = false
  }
  slots[index] = slot
  if texts[1] then
    readRow(slot, texts[1])
    slot.timeMs = accountTime(slot.row)
    readEntries(slot, names, texts)
  end
  return slot
end

local function dueAt(slot, tickMs)
  if not slot.due[tickMs] then
    readDue(slot, tickMs, slot.row[TICKS] > 0 and redis.call('HGET', KEYS[slot.index], 'due:' .. exact(tickMs)))
  end
  return slot.due[tickMs]
end
