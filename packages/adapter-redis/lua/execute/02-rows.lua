-- rows ------------------------------------------------------------------------------------------------------------------------------------------

local function want(index, name)
  local names = wanted[index]
  if names then
    names[#names + 1] = name
  else
    wanted[index] = { 'row', name }
  end
end

local function blankRow()
  return { 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, NONE, 1, '' }
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
  for at = 1, OPEN do
    sum = sum + row[at]
  end
  for at = FIRST_DUE, #row do
    sum = sum + row[at]
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

-- What lies on a shelf of these ids.
local function readShelf(slot, shelf, ids)
  local texts = redis.call('HMGET', shelfKey(slot, shelf), unpack(ids))
  for at = 1, #ids do
    local id, text = ids[at], texts[at]
    if text and not slot.texts[id] then
      slot.texts[id] = text
    end
  end
end

-- The shelf of now and the one before; one that was not written since, or only before the account was born, holds nothing that is known.
local function readShelves(slot, ids)
  local row, current = slot.row, shelfOf(slot.timeMs)
  if row[SHELF] == current then
    readShelf(slot, current, ids)
  end
  if shelfOf(row[BORN]) < current then
    readShelf(slot, current - 1, ids)
  end
end

-- Entries that are held stand in the account; others may lie on its shelves.
local function readEntries(slot, names, texts)
  local elsewhere = {}
  for at = 2, #names do
    local text, id = texts[at], string.sub(names[at], 6)
    if text then
      slot.texts[id] = text
      slot.isInHash[id] = true
    else
      elsewhere[#elsewhere + 1] = id
    end
  end
  if #elsewhere > 0 and slot.row[SHELF] >= shelfOf(slot.timeMs) - 1 then
    readShelves(slot, elsewhere)
  end
end

-- What is known of a request; nil: nothing. An entry is read when somebody asks.
local function entryOf(slot, id)
  local entry, text = slot.entries[id], slot.texts[id]
  if not entry and text then
    entry = cjson.decode(text)
    slot.entries[id] = entry
  end
  return entry
end

-- The account's slot, read once with all that the commands of this call are known to need of it.
local function fetchAccount(index)
  local names = wanted[index]
  local texts = redis.call('HMGET', KEYS[index], unpack(names))
  -- With all that it will have: a table that grows is laid out anew each time it doubles.
  local slot = {
    index = index, timeMs = nowMs, nextMs = math.huge, due = {}, texts = {}, entries = {}, isInHash = {}, changed = {}, adjustments = false,
    newAdjustments = false, row = nil, isThere = false, isUnreadable = false, isTouched = false, isChanged = false, isReborn = false, window = 0,
    dueChanged = false, ticks = false, expired = false, facts = false, factsChanged = 0, set = false, gone = false, added = false, removed = false,
    shelved = false, debited = 0
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

-- Where the due row of a period begins at a tick; nil: there is none.
local function placeOf(due, period)
  for at = 1, #due, 4 do
    if due[at] == period then
      return at
    end
  end
end

-- Adds to the due row of a tick and period; one that counts nothing is gone.
local function addDue(slot, tickMs, period, count, amount, cost)
  local row = slot.row
  local due = dueAt(slot, tickMs)
  local at = placeOf(due, period) or addRow(due, period, 0, 0, 0)
  due[at + 1] = due[at + 1] + count
  due[at + 2] = due[at + 2] + amount
  due[at + 3] = due[at + 3] + cost
  if due[at + 1] == 0 then
    for place = at, #due do
      due[place] = due[place + 4]
    end
  end
  row[LIVE] = row[LIVE] + count
  row[AT_STAKE] = row[AT_STAKE] + cost
  slot.dueChanged = true
  if due.isIndexed then
    due.isChanged = true
  end
end

local function deadlineOf(timeMs, ttlMs)
  return math.ceil((timeMs + ttlMs) / GRID_MS) * GRID_MS
end
