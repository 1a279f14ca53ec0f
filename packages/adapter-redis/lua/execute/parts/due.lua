-- due -------------------------------------------------------------------------------------------------------------------------------------------

-- All ticks that are due, in order.
local function dueTicks(slot)
  local row = slot.row
  if slot.ticks then
    return slot.ticks
  end
  local all, inRow = {}, {}
  -- Before it is asked, no other due row has been read.
  for tickMs in pairs(slot.due) do
    if tickMs <= slot.timeMs then
      inRow[#inRow + 1] = tickMs
    end
  end
  if row[TICKS] > 0 and row[NEXT] <= slot.timeMs then
    local to = exact(slot.timeMs)
    local from = '-inf'
    repeat
      local ticks = part('ticks')(slot, from, to, TICKS_PER_CALL)
      for _, tickMs in ipairs(ticks) do
        all[#all + 1] = tickMs
      end
      from = '(' .. exact(all[#all] or 0)
    until #ticks < TICKS_PER_CALL
  end
  for _, tickMs in ipairs(inRow) do
    local at = #all
    while at > 0 and all[at] > tickMs do
      at = at - 1
    end
    table.insert(all, at + 1, tickMs)
  end
  slot.ticks = all
  return all
end

-- Of an account that was not changed for so long: with what is due settled on paper.
local function isForgottenAccount(slot, window)
  local row, timeMs = slot.row, slot.timeMs
  if row[OPEN] ~= 1 or row[STORED_LIMIT] ~= NONE then
    return false
  end
  local used, changedMs, liveHolds = row[USED], row[CHANGED], row[LIVE]
  for _, tickMs in ipairs(dueTicks(slot)) do
    local due = slot.due[tickMs]
    changedMs = math.max(changedMs, tickMs)
    for at = 1, #due, 4 do
      liveHolds = liveHolds - due[at + 1]
      if due[at] == row[PERIOD] then
        used = used + due[at + 3]
      end
    end
  end
  if liveHolds > 0 or timeMs < changedMs + UNSETTLED_RETENTION_MS then
    return false
  end
  return used == 0 or row[START] ~= -1 and isRollDue(row, changedMs, window, timeMs, false)
end

-- All holds of one tick, as one change. Only those of the present period move sums.
local function expire(row, due, tickMs)
  if row[STALE] == 0 then
    row[COLLECT] = tickMs + UNSETTLED_RETENTION_MS + COLLECT_AFTER_MS
    row[CURSOR] = 0
  end
  for at = 1, #due, 4 do
    row[LIVE] = row[LIVE] - due[at + 1]
    row[STALE] = row[STALE] + due[at + 1]
    row[AT_STAKE] = row[AT_STAKE] - due[at + 3]
    if due[at] == row[PERIOD] then
      row[USED] = row[USED] + due[at + 3]
      row[RESERVED] = row[RESERVED] - due[at + 2]
    end
  end
  row[REVISION] = row[REVISION] + 1
  row[CHANGED] = math.max(row[CHANGED], tickMs)
end

return { ticks = dueTicks, isForgotten = isForgottenAccount, expire = expire }
