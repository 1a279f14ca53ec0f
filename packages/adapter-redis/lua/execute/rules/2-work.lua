-- work ------------------------------------------------------------------------------------------------------------------------------------------

-- A read works on a copy, so that nobody sees that somebody looked.
local function copy(row)
  return { unpack(row, 1, UNIT) }
end

local function roll(row, timeMs)
  row[USED] = 0
  row[RESERVED] = 0
  row[PERIOD] = row[PERIOD] + 1
  row[START] = -1
  row[END] = -1
  row[REVISION] = row[REVISION] + 1
  row[CHANGED] = timeMs
end

-- All expiries tick by tick, on an account that is not forgotten.
local function expireDue(work, isRead)
  local slot, row = work.slot, work.row
  local ticks = part('due').ticks(slot)
  for _, tickMs in ipairs(ticks) do
    part('due').expire(row, slot.due[tickMs], tickMs)
  end
  if #ticks > 0 and not isRead then
    local indexed = {}
    for _, tickMs in ipairs(ticks) do
      if slot.due[tickMs].isIndexed then
        indexed[#indexed + 1] = tickMs
      end
      slot.due[tickMs] = {}
    end
    slot.expired = indexed
    slot.isChanged = true
    slot.dueChanged = true
    row[TICKS] = row[TICKS] - #indexed
    row[NEXT] = row[TICKS] > 0 and part('ticks')(slot, '(' .. exact(work.timeMs), '+inf', 1)[1] or 0
    slot.ticks = {}
    -- Whatever this call adds falls due after its time.
    slot.nextMs = math.huge
  end
end

-- What is due of an account that is not forgotten: all expiries, then at most one roll.
local function settleDue(work, isRead)
  local slot, row, timeMs = work.slot, work.row, work.timeMs
  if slot.nextMs <= timeMs then
    expireDue(work, isRead)
  end
  if row[START] ~= -1 and isRollDue(row, row[CHANGED], work.window, timeMs, row[LIVE] > 0) then
    roll(row, timeMs)
    slot.isChanged = slot.isChanged or not isRead
    slot.facts = nil
  end
  row[LAST] = timeMs
  row[LEAD] = timeMs - nowMs
end

-- One leg with what is due done. Whatever becomes of the command, the next one finds the same due.
local function settle(work, isRead)
  local slot = slots[work.account] or fetchAccount(work.account)
  local timeMs, row = slot.timeMs, slot.row
  work.slot, work.timeMs, work.row = slot, timeMs, row
  work.isNew = false
  work.firstDeadlineMs = -1
  work.entry = nil
  work.state = 'none'
  if slot.isUnreadable then
    return
  end
  if not row or timeMs >= row[CHANGED] + UNSETTLED_RETENTION_MS and part('due').isForgotten(slot, work.window) then
    work.row = blankRow()
    work.isNew = true
    return
  end
  if isRead then
    row = copy(row)
    work.row = row
  end
  settleDue(work, isRead)
  -- Adjustments have ids of their own.
  local entry = command.kind ~= 'adjust' and entryOf(slot, command.id)
  if entry and not isForgottenEntry(entry, row[BORN], timeMs) then
    work.entry = entry
    local state = entry[STATE]
    work.state = state == 'held' and isOver(entry[DEADLINE], timeMs) and 'expired' or state
  end
end

-- The first change of an account that is new, or was forgotten: nothing of what was counts any more.
local function bear(work)
  local slot, row, timeMs = work.slot, work.row, work.timeMs
  row[BORN] = timeMs
  row[LAST] = timeMs
  row[LEAD] = timeMs - nowMs
  row[REVISION] = timeMs
  slot.row = row
  -- Also where somebody has deleted the account alone.
  slot.isReborn = true
  slot.isThere = false
  slot.nextMs = math.huge
  slot.due, slot.texts, slot.entries, slot.isInHash, slot.adjustments, slot.ticks = {}, {}, {}, {}, false, {}
end

-- A change by the command itself: one revision, and a window is open from then on.
local function change(work)
  local row, slot = work.row, work.slot
  if work.isNew then
    bear(work)
  end
  if row[START] == -1 and args[work.window] ~= 'none' then
    openWindow(row, work.window, work.timeMs)
    slot.facts = nil
  end
  row[REVISION] = row[REVISION] + 1
  row[CHANGED] = work.timeMs
  slot.isChanged = true
  return row
end

-- What the account knows of the request from now on.
local function keep(work, entry)
  local slot, id = work.slot, command.id
  -- In its place lay a hold that had expired, still to be ended or forgotten.
  if slot.isInHash[id] and not slot.changed[id] and (work.state == 'expired' or not work.entry) then
    work.row[STALE] = work.row[STALE] - 1
  end
  work.entry = entry
  slot.entries[id] = entry
  -- What was read says it no more.
  slot.texts[id] = nil
  slot.changed[id] = true
end

local function isSound(work)
  local used, reserved = work.row[USED], work.row[RESERVED]
  return not work.slot.isUnreadable and used >= 0 and reserved >= 0 and reserved <= MAX_AMOUNT - used
end

-- The command stands. A forgotten row that stays so only notes the time.
local function commit(work)
  local slot = work.slot
  if work.isNew and slot.row then
    slot.row[LAST] = work.timeMs
    slot.row[LEAD] = work.timeMs - nowMs
  end
  slot.isTouched = slot.row ~= nil
  slot.window = work.window
end
