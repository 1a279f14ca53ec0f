-- How long a row is kept at least, in milliseconds of the server's clock: until it has been forgotten for an hour (docs/readings.md, 37). nil: for ever,
-- since what it says counts until somebody resets it. Each live hold ends a day after the last change at the latest, and its expiry is a change.
local function keptForMs(slot)
  local row, window = slot.row, slot.window
  if row[OPEN] ~= 1 or row[STORED_LIMIT] ~= NONE or args[window] == 'none' and row[USED] + row[AT_STAKE] > 0 then
    return nil
  end
  local windowMs = args[window] == 'idle' and args[window + 1] or row[END] ~= -1 and row[END] - nowMs or 0
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

return renewExpiry
