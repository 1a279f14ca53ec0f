-- Holds that expired and are unknown by now are collected some at a time, going round the hash once an hour, so that 100,000 of them hold nobody up.
local SCANNED_PER_CALL = 64

local function collect(slot, gone)
  local row = slot.row
  local reply = redis.call('HSCAN', KEYS[slot.index], exact(row[CURSOR]), 'MATCH', 'hold:*', 'COUNT', SCANNED_PER_CALL)
  local found = reply[2]
  for at = 1, #found, 2 do
    local entry = not slot.changed[string.sub(found[at], 6)] and cjson.decode(found[at + 1])
    if entry and slot.timeMs >= unknownFrom(entry) + COLLECT_AFTER_MS then
      gone[#gone + 1] = found[at]
      row[STALE] = row[STALE] - 1
    end
  end
  row[CURSOR] = tonumber(reply[1])
  if row[CURSOR] == 0 then
    row[COLLECT] = slot.timeMs + COLLECT_AFTER_MS
  end
end

return collect
