-- Ticks of the index from one time to another, with their due rows, some at a time: an account that was left alone for a day may have one for each of
-- its seconds, and Lua hands over some 8,000 values at most.
local TICKS_PER_CALL = 1000

local function fetchTicks(slot, from, to, count)
  local found = redis.call('ZRANGEBYSCORE', KEYS[ACCOUNTS + slot.index], from, to, 'LIMIT', 0, count)
  local names, ticks = {}, {}
  for at, text in ipairs(found) do
    names[at] = 'due:' .. text
    ticks[at] = tonumber(text)
  end
  local texts = #names > 0 and redis.call('HMGET', KEYS[slot.index], unpack(names)) or {}
  for at, tickMs in ipairs(ticks) do
    if not slot.due[tickMs] then
      readDue(slot, tickMs, texts[at])
    end
  end
  return ticks
end

return fetchTicks
