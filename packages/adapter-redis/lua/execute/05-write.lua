-- write -----------------------------------------------------------------------------------------------------------------------------------------

local HELD_ENTRY = '["held","%s","%s","%s","%s",%d,%d,%d,"%s",%d,%d,%d,%d,%d]'
local ENDED_ENTRY = '["%s","%s","%s","%s","%s",%d,%d,%d,"%s",%d,%d,%d,%d,%d,%d,%d,"%s",%d,%d]'

-- Fields of the account that are set, and fields that go; and those of the shelf. An entry that the rules had is written as they left it.
local function sortEntries(slot, set, gone)
  for id, state in pairs(slot.changed) do
    local entry = slot.entries[id]
    if (entry and entry[STATE] or state) == 'held' then
      local last = #set
      set[last + 1] = 'hold:' .. id
      set[last + 2] = entry and format(HELD_ENTRY, unpack(entry, COMMAND, ALTERED)) or slot.texts[id]
    else
      local shelved = slot.shelved or {}
      local last = #shelved
      slot.shelved = shelved
      shelved[last + 1] = id
      shelved[last + 2] = entry and format(ENDED_ENTRY, unpack(entry)) or slot.texts[id]
      if slot.isInHash[id] then
        gone[#gone + 1] = 'hold:' .. id
      end
    end
  end
end

-- A tick may have holds of a day's worth of periods, and Lua hands over some 8,000 values at most: one period after the other.
local function textOfDue(due)
  local texts = {}
  for at = 1, #due, 4 do
    texts[#texts + 1] = format('%d,%d,%d,%d', due[at], due[at + 1], due[at + 2], due[at + 3])
  end
  return '[' .. table.concat(texts, ',') .. ']'
end

-- Of a tick with a field of its own: what changed, and what of it the index must know.
local function sortIndexed(slot, due, tickMs)
  local tick = exact(tickMs)
  if #due > 0 then
    slot.set[#slot.set + 1] = 'due:' .. tick
    slot.set[#slot.set + 1] = textOfDue(due)
  else
    slot.gone[#slot.gone + 1] = 'due:' .. tick
    slot.removed = slot.removed or {}
    slot.removed[#slot.removed + 1] = tick
    slot.row[TICKS] = slot.row[TICKS] - 1
  end
end

-- A tick that finds no room in the row.
local function addIndexed(slot, due, tickMs)
  local row = slot.row
  sortIndexed(slot, due, tickMs)
  slot.added = slot.added or {}
  slot.added[#slot.added + 1] = exact(tickMs)
  slot.added[#slot.added + 1] = exact(tickMs)
  row[NEXT] = row[TICKS] > 0 and math.min(row[NEXT], tickMs) or tickMs
  row[TICKS] = row[TICKS] + 1
end

local function ticksInRow(row)
  local ticks = {}
  for at = FIRST_DUE, #row, DUE_LENGTH do
    ticks[row[at]] = true
  end
  return ticks
end

-- Puts due rows in their places, and tells where the row ends. A tick keeps the place that it has: where not all have room, new ones get a field.
local function sortDue(slot)
  local row, last, rows = slot.row, UNIT, 0
  for _, due in pairs(slot.due) do
    rows = rows + (due.isIndexed and 0 or #due / 4)
  end
  local had = rows > MOST_DUE_IN_ROW and ticksInRow(row)
  for tickMs, due in pairs(slot.due) do
    if due.isIndexed then
      if due.isChanged then
        sortIndexed(slot, due, tickMs)
      end
    elseif had and #due > 0 and (not had[tickMs] or last + #due / 4 * DUE_LENGTH > UNIT + MOST_DUE_IN_ROW * DUE_LENGTH) then
      addIndexed(slot, due, tickMs)
    else
      for at = 1, #due, 4 do
        row[last + 1], row[last + 2], row[last + 3], row[last + 4], row[last + 5] = tickMs, due[at], due[at + 1], due[at + 2], due[at + 3]
        last = last + DUE_LENGTH
      end
    end
  end
  return last
end

-- Lua hands over some 8,000 values at most.
local VALUES_PER_CALL = 4000

local function callWith(name, key, values)
  for first = 1, #values, VALUES_PER_CALL do
    redis.call(name, key, unpack(values, first, math.min(first + VALUES_PER_CALL - 1, #values)))
  end
end

local function writeIndex(slot, key)
  -- Added first: an index that is emptied in between is gone, and its expiry with it.
  if slot.added then
    callWith('ZADD', key, slot.added)
  end
  if slot.removed then
    callWith('ZREM', key, slot.removed)
  end
  if slot.expired and #slot.expired > 0 then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', exact(slot.timeMs))
  end
end

-- A shelf that begins anew holds nothing that is known.
local function writeShelf(slot, shelved)
  local row, shelf = slot.row, shelfOf(slot.timeMs)
  local key = shelfKey(slot, shelf)
  local isNew = row[SHELF] ~= shelf
  if isNew then
    redis.call('UNLINK', key)
    row[SHELF] = shelf
  end
  callWith('HSET', key, shelved)
  if isNew and KEEPS_FOREVER == 0 then
    local leftMs = (shelf + 2) * (SETTLED_RETENTION_MS + COLLECT_AFTER_MS) - slot.timeMs
    redis.call('PEXPIREAT', key, exact(nowMs + leftMs))
  end
end

-- How long a row is kept at least, in milliseconds of the server's clock: until it has been forgotten for an hour (docs/readings.md, 37). nil: for ever,
-- since what it says counts until somebody resets it. Each live hold ends a day after the last change at the latest, and its expiry is a change.
local function keptForMs(slot)
  local row, window = slot.row, slot.window
  if row[OPEN] ~= 1 or row[STORED_LIMIT] ~= NONE or args[window] == 'none' and row[USED] + row[AT_STAKE] > 0 then
    return nil
  end
  -- A window without an end has one that is long ago, and so none that counts.
  local windowMs = args[window] == 'idle' and args[window + 1] or row[END] - nowMs
  return row[LEAD] + math.max(UNSETTLED_RETENTION_MS, windowMs) + MAX_TTL_MS + GRID_MS + COLLECT_AFTER_MS
end

-- Renewed for a day more than it needs, so that a busy account does it once a day.
local function renewExpiry(slot)
  local row = slot.row
  local keptMs = slot.isChanged and keptForMs(slot)
  if slot.isChanged and not keptMs then
    if row[EXPIRES] > 0 then
      row[EXPIRES] = 0
      return 'PERSIST'
    end
    return nil
  end
  if not slot.isChanged and row[EXPIRES] == 0 then
    return nil
  end
  local neededMs = nowMs + (keptMs or row[LEAD] + COLLECT_AFTER_MS)
  if row[EXPIRES] < neededMs then
    row[EXPIRES] = neededMs + MAX_TTL_MS
    return 'PEXPIREAT'
  end
end

local function renew(slot, renewal)
  local row, account, index = slot.row, KEYS[slot.index], KEYS[ACCOUNTS + slot.index]
  if renewal == 'PERSIST' then
    redis.call('PERSIST', account)
    redis.call('PERSIST', index)
  elseif renewal then
    redis.call('PEXPIREAT', account, exact(row[EXPIRES]))
    redis.call('PEXPIREAT', index, exact(row[EXPIRES]))
  elseif slot.added and 2 * row[TICKS] == #slot.added and row[EXPIRES] > 0 then
    -- An index that was empty was gone, and its expiry with it.
    redis.call('PEXPIREAT', index, exact(row[EXPIRES]))
  end
end

local ROW = '[%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%s'

-- By the length of a row: most are as long as the one before.
local formats = {}

local function textOfRow(row, last)
  local text = formats[last] or ROW .. string.rep(',%d', last - UNIT) .. ']'
  formats[last] = text
  row[UNIT] = cjson.encode(row[UNIT])
  return format(text, unpack(row, 1, last))
end

-- What is to be written of an account, worked out before anything is.
local function prepare(slot)
  local row, set, gone = slot.row, { 'row', '', nil, nil }, {}
  slot.set, slot.gone = set, gone
  sortEntries(slot, set, gone)
  slot.last = slot.dueChanged and sortDue(slot) or #row
  for id, adjustment in pairs(slot.newAdjustments or {}) do
    set[#set + 1] = 'adjustment:' .. id
    set[#set + 1] = format('[%d,"%s"]', unpack(adjustment))
  end
  for at = 1, slot.expired and #slot.expired or 0 do
    gone[#gone + 1] = 'due:' .. exact(slot.expired[at])
  end
  if slot.isChanged and row[STALE] > 0 and slot.timeMs >= row[COLLECT] then
    part('collect')(slot, gone)
  end
  -- A key of ours that holds something else is found before the first write; the account was read, and so is known.
  if slot.added or slot.removed then
    redis.call('ZCARD', KEYS[ACCOUNTS + slot.index])
  end
  if slot.shelved then
    redis.call('HLEN', shelfKey(slot, shelfOf(slot.timeMs)))
  end
end

local function writeSlot(slot)
  local key, index, set = KEYS[slot.index], KEYS[ACCOUNTS + slot.index], slot.set
  if slot.isReborn then
    redis.call('UNLINK', key, index, shelfKey(slot, 0), shelfKey(slot, 1))
  end
  writeIndex(slot, index)
  if slot.shelved then
    writeShelf(slot, slot.shelved)
  end
  local renewal = KEEPS_FOREVER == 0 and renewExpiry(slot)
  set[2] = textOfRow(slot.row, slot.last)
  callWith('HSET', key, set)
  callWith('HDEL', key, slot.gone)
  if renewal or slot.added then
    renew(slot, renewal)
  end
end

local function write()
  local touched = {}
  for _, slot in pairs(slots) do
    if slot.isTouched then
      touched[#touched + 1] = slot
      prepare(slot)
    end
  end
  for at = 1, #touched do
    writeSlot(touched[at])
  end
end
