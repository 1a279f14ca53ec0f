local SOME_TICKS = 20

-- The earliest deadline of a live hold of the present period; -1: none.
local function firstDeadline(work)
  local row, slot = work.row, work.slot
  if row[RESERVED] == 0 then
    return -1
  end
  -- What this call has changed is not in the index yet. What was due is done, and its due rows hold nothing.
  local first = math.huge
  for tickMs, due in pairs(slot.due) do
    if placeOf(due, row[PERIOD]) then
      first = math.min(first, tickMs)
    end
  end
  local after = work.timeMs
  while row[TICKS] > 0 and after < first do
    local ticks = part('ticks')(slot, '(' .. exact(after), '+inf', SOME_TICKS)
    for _, tickMs in ipairs(ticks) do
      if placeOf(slot.due[tickMs], row[PERIOD]) then
        first = math.min(first, tickMs)
      end
    end
    after = ticks[SOME_TICKS] or math.huge
  end
  return first < math.huge and first or -1
end

return firstDeadline
