-- write -----------------------------------------------------------------------------------------------------------------------------------------

-- As the parts make them, so that what never differs need not be spelled: 1.1 and 1.5 us.
local HELD_ENTRY = '["held","%s","%s","%s","%s",%d,%d,%d,"%s",%d,%d,%d,%d,%d,0,-1,"debit",0,0]'
local ENDED_ENTRY = '["%s","%s","%s","%s","%s",%d,%d,%d,"%s",%d,%d,%d,%d,%d,%d,%d,"%s",%d,%d]'

-- Fields of the account that are set, and fields that go; and those of the shelf.
local function sortEntries(slot, set, gone, shelved)
  for id in pairs(slot.changed) do
    local entry = slot.entries[id]
    if entry[STATE] == 'held' then
      set[#set + 1] = 'hold:' .. id
      set[#set + 1] = format(HELD_ENTRY, unpack(entry, COMMAND, ALTERED))
    else
      shelved[#shelved + 1] = id
      shelved[#shelved + 1] = format(ENDED_ENTRY, unpack(entry))
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

-- Due rows that changed, and what of it the index must know.
local function sortDue(slot, set, gone, added, removed)
  for tickMs in pairs(slot.dueChanged) do
    local due, wasThere, tick = slot.due[tickMs], slot.wasDue[tickMs], exact(tickMs)
    if #due > 0 then
      set[#set + 1] = 'due:' .. tick
      set[#set + 1] = textOfDue(due)
      if not wasThere then
        added[#added + 1] = tick
        added[#added + 1] = tick
      end
    elseif wasThere then
      gone[#gone + 1] = 'due:' .. tick
      removed[#removed + 1] = tick
    end
  end
end

-- Lua hands over some 8,000 values at most.
local VALUES_PER_CALL = 4000

local function callWith(name, key, values)
  for first = 1, #values, VALUES_PER_CALL do
    redis.call(name, key, unpack(values, first, math.min(first + VALUES_PER_CALL - 1, #values)))
  end
end

local function writeIndex(slot, key, added, removed)
  -- Added first: an index that is emptied in between is gone, and its expiry with it.
  callWith('ZADD', key, added)
  callWith('ZREM', key, removed)
  if slot.expired then
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

local function renew(slot, renewal, wasEmpty)
  local account, index = KEYS[slot.index], KEYS[ACCOUNTS + slot.index]
  if renewal == 'PERSIST' then
    redis.call('PERSIST', account)
    redis.call('PERSIST', index)
  elseif renewal then
    redis.call('PEXPIREAT', account, exact(slot.row[EXPIRES]))
    redis.call('PEXPIREAT', index, exact(slot.row[EXPIRES]))
  elseif wasEmpty and slot.row[EXPIRES] > 0 then
    -- An index that was empty was gone, and its expiry with it.
    redis.call('PEXPIREAT', index, exact(slot.row[EXPIRES]))
  end
end

local ROW = '[%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%s]'

-- What is to be written of an account, worked out before anything is.
local function prepare(slot)
  local row, set, gone = slot.row, {}, {}
  slot.set, slot.gone, slot.added, slot.removed, slot.shelved = set, gone, {}, {}, {}
  sortEntries(slot, set, gone, slot.shelved)
  if slot.dueChanged then
    sortDue(slot, set, gone, slot.added, slot.removed)
  end
  for id, adjustment in pairs(slot.newAdjustments) do
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
  if #slot.added + #slot.removed > 0 then
    redis.call('ZCARD', KEYS[ACCOUNTS + slot.index])
  end
  if #slot.shelved > 0 then
    redis.call('HLEN', shelfKey(slot, shelfOf(slot.timeMs)))
  end
end

local function writeSlot(slot)
  local row, key, index, set, added = slot.row, KEYS[slot.index], KEYS[ACCOUNTS + slot.index], slot.set, slot.added
  if slot.isReborn then
    redis.call('UNLINK', key, index, shelfKey(slot, 0), shelfKey(slot, 1))
  end
  writeIndex(slot, index, added, slot.removed)
  if #slot.shelved > 0 then
    writeShelf(slot, slot.shelved)
  end
  local renewal = KEEPS_FOREVER == 0 and part('renewExpiry')(slot)
  row[UNIT] = cjson.encode(row[UNIT])
  set[#set + 1] = 'row'
  set[#set + 1] = format(ROW, unpack(row))
  callWith('HSET', key, set)
  if not slot.isReborn then
    callWith('HDEL', key, slot.gone)
  end
  if renewal or #added > 0 then
    renew(slot, renewal, 2 * row[TICKS] == #added)
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
