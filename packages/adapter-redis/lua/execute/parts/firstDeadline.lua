-- Whether a hold of this period falls due at a tick.
local function hasPeriod(due, period)
  for at = 1, #due, 4 do
    if due[at] == period then
      return true
    end
  end
  return false
end

local SOME_TICKS = 20

-- The earliest deadline of a live hold of the present period; -1: none.
local function firstDeadline(work)
  local row, slot = work.row, work.slot
  if row[RESERVED] == 0 then
    return -1
  end
  -- What this call has changed is not in the index yet.
  local first = math.huge
  for tickMs, due in pairs(slot.due) do
    if tickMs > work.timeMs and tickMs < first and hasPeriod(due, row[PERIOD]) then
      first = tickMs
    end
  end
  local after = work.timeMs
  while row[TICKS] > 0 and after < first do
    local ticks = part('ticks')(slot, '(' .. exact(after), '+inf', SOME_TICKS)
    for _, tickMs in ipairs(ticks) do
      if tickMs < first and hasPeriod(slot.due[tickMs], row[PERIOD]) then
        first = tickMs
      end
    end
    after = ticks[SOME_TICKS] or math.huge
  end
  return first < math.huge and first or -1
end

return firstDeadline
